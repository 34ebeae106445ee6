"""Raw requests through a real nginx: it and the gateway count the same requests, and no others.

Where a request ends must not depend on who reads it: what one of the two takes for a body and the
other for a request is a request that nobody has checked. The rows are those that are sent to the
gateway directly too. nginx refuses some of them and mends others; what it passes on, over
connections that it uses again and again, is answered once each.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.intake.body import Limits
from tests.intake.conftest import pytest_asyncio_loop_factories
from tests.intake.port import Port, callback, open_port, post, until
from tests.intake.test_wire import BODY, CANARY, ROWS
from tests.threats.nginx import COMMAND, Nginx, exchange, nginx

__all__ = ["pytest_asyncio_loop_factories"]
pytestmark = pytest.mark.skipif(COMMAND is None, reason="nginx is not installed")

PATIENCE = 0.3
"""Seconds for rows whose sender never finishes: nothing more comes."""
PARTS = 4
"""Of the rows, each sent at the same time: enough for nginx to use its connections again."""
_BODIES = {BODY, CANARY, callback(99)}


@dataclass(frozen=True, slots=True)
class Behind:
    """A callback port and the nginx before it."""

    port: Port
    nginx: Nginx


@pytest.fixture(params=["on", "off"], ids=["buffering", "streaming"])
async def behind(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Behind]:
    """Bodies are passed on when they are whole, or as they come."""
    limits = Limits(max_body=1 << 20, timeout=1.0)
    async with open_port(limits=limits) as port:
        made = nginx(tmp_path, port.number, buffering=request.param)
        before = await asyncio.to_thread(made.__enter__)
        try:
            yield Behind(port, before)
        finally:
            await asyncio.to_thread(made.__exit__, None, None, None)


@pytest.mark.parametrize("part", range(PARTS))
async def test_a_proxy_and_the_gateway_agree_on_what_a_request_is(
    behind: Behind, part: int
) -> None:
    """What nginx says it passed on is what the gateway says it answered; no canary is among it."""
    port, before = behind.port, behind.nginx
    rows = list(ROWS.values())[part::PARTS]
    await asyncio.gather(*(exchange(before.port, data, PATIENCE) for data, _ in rows))
    await until(lambda: Counter(before.passed()) == Counter(port.statuses))
    assert [entry for entry in port.journal.entries if entry.body not in _BODIES] == []
    assert (await port.ask(post(callback(2)))).status == 200
