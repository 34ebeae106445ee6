"""Two receivers on one port and one journal."""

import asyncio
from pathlib import Path

import aiohttp

from gateway.journal import Reader
from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import callback
from tests.e2e.load import flood

COPIES = 40


def written(pid: int) -> int:
    """Bytes that a process has written."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["wchar"])


async def test_two_receivers_keep_every_callback_once(new_gateway: NewGateway) -> None:
    """Both work; numbers have no gaps; of copies that come at the same time one is accepted."""
    gateway = new_gateway({"server": {"workers": 2}})
    gateway.start()
    receivers = gateway.children("receiver")
    before = [written(pid) for pid in receivers]
    await flood(gateway.url, 500)
    connector = aiohttp.TCPConnector(limit=COPIES, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:

        async def send() -> tuple[int, str]:
            async with session.post(gateway.url, data=callback("copied")) as response:
                return response.status, (await response.json(content_type=None))["status"]

        copies = [group.create_task(send()) for _ in range(COPIES)]
    told = sorted(copy.result() for copy in copies)
    assert told == [(200, "accepted")] + [(200, "duplicate")] * (COPIES - 1)
    with Reader(gateway.journal) as journal:
        records = journal.newest(1000)
    assert [record.seq for record in records] == list(range(1, 502))
    assert len({record.event.id for record in records}) == 501
    assert len(receivers) == 2
    assert [written(pid) > least for pid, least in zip(receivers, before, strict=True)] == [
        True
    ] * 2
