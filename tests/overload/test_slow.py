"""Slow clients in small: they are ended in time, and nobody else notices them."""

import asyncio

import pytest

from gateway.intake import server
from gateway.intake.body import Limits
from tests.intake.conftest import pytest_asyncio_loop_factories
from tests.intake.port import PATH, callback, open_port, post
from tests.overload.slow import Crowd, slow

__all__ = ["pytest_asyncio_loop_factories"]

CROWD = Crowd(half_open=150, trickling=50, seconds=15.0, byte_every=0.2)


async def test_slow_clients_are_ended_and_disturb_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a head is closed after the keep-alive time, a slow body told 408 at its deadline."""
    monkeypatch.setattr(server, "KEEPALIVE_SECONDS", 1.5)
    async with open_port(limits=Limits(max_body=1 << 20, timeout=1.0)) as port:
        crowd = asyncio.create_task(slow(port.number, PATH.decode(), CROWD))
        asked = 0
        while not crowd.done():
            asked += 1
            assert (await port.ask(post(callback(asked)))).status == 200
            await asyncio.wait({crowd}, timeout=0.05)
        ends = await crowd
        assert (len(ends.half_open), ends.statuses, ends.left) == (150, {408: 50}, 0)
        assert min(ends.half_open) >= 1.4
        assert min(ends.trickling) >= 0.9
        assert max(*ends.half_open, *ends.trickling) < 10
        assert sorted(port.statuses) == [200] * asked + [408] * 50
