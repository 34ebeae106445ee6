"""A running gateway under too much of one kind: it stays small, quiet and there for others.

`make overload` sends the same in full numbers.
"""

from collections.abc import AsyncIterator, Iterator

import pytest

from gateway.core.model import Document
from tests.broker.waiting import until
from tests.e2e.fixtures import gateways
from tests.e2e.gateway import Gateway, callback
from tests.sources import as_json, job
from tests.threats.floods import (
    bombs,
    cost,
    pipelined,
    resets,
    tiny_chunks,
    unknown_paths,
)

MOST_MIB = 50
LONGEST_SECONDS = 3.0
"""For one answer to another client: on a machine that may be busy with other tests."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One that all floods of this module go to."""
    with gateways(tmp_path_factory.mktemp("floods")) as make:
        made = make()
        made.start()
        assert made.post(callback("j0")).status == 200
        yield made


@pytest.fixture(autouse=True)
async def _goes_on(gateway: Gateway) -> AsyncIterator[None]:
    """Whatever came, it is the same process, without an error, and takes the next callback."""
    pid = gateway.child("receiver")
    yield
    assert gateway.post(callback("next")).status == 200
    assert gateway.child("receiver") == pid
    assert [line for line in gateway.lines() if line["level"] == "error"] == []


async def test_pipelined_requests_are_answered_and_held_by_nobody(gateway: Gateway) -> None:
    """2,000 at once on one connection."""
    found = await cost(gateway, pipelined(gateway, 2_000))
    assert found.missing == 0
    assert found.mib < MOST_MIB
    assert found.slowest < LONGEST_SECONDS


async def test_a_body_of_tiny_chunks_costs_little_and_blocks_nobody(gateway: Gateway) -> None:
    """256 Ki chunks of one byte."""
    found = await cost(gateway, tiny_chunks(gateway, 1 << 18))
    assert found.missing == 0
    assert found.cpu < 8  # a second on a calm machine
    assert found.mib < MOST_MIB
    assert found.slowest < LONGEST_SECONDS


async def test_clients_that_vanish_leave_nothing_in_the_log(gateway: Gateway) -> None:
    """500 resets in the middle of a head; the lines are of those who ask meanwhile."""
    found = await cost(gateway, resets(gateway, 500))
    assert found.log < 100 * 500
    assert "Traceback" not in gateway.log.read_text()


async def test_paths_that_nobody_knows_are_no_labels(gateway: Gateway) -> None:
    """1,000 different ones add no series."""
    await cost(gateway, unknown_paths(gateway, 16))
    found = await cost(gateway, unknown_paths(gateway, 1_000))
    assert (found.missing, found.series) == (0, 0)
    assert found.mib < MOST_MIB


async def test_nothing_is_inflated(gateway: Gateway) -> None:
    """60 bodies that would be a thousand times as large: all refused, for next to nothing."""
    found = await cost(gateway, bombs(gateway, 60))
    assert found.missing == 0
    assert found.cpu < 60 * 0.05
    assert found.mib < MOST_MIB


STRANGE: list[Document] = [
    job(JobId=f"j{number}{text}", Tag=text[:200], State="Success")
    for number, text in enumerate(
        ("\r\n{}", "\u2028\u2029\x85", "\x1b[31m", '"}\n{"level":"error"', "x" * 300_000)
    )
]


async def test_no_text_of_a_callback_makes_a_line_of_the_log(gateway: Gateway) -> None:
    """One line for each callback, each of printable characters, none of them long."""
    assert gateway.post(callback("mark")).status == 200
    until(lambda: "mark" in [line.get("subject") for line in gateway.lines()])
    before = len(gateway.lines())
    for document in STRANGE:
        assert gateway.post(as_json(document)).status == 200
    until(lambda: len(gateway.lines()) >= before + len(STRANGE))
    written = gateway.log.read_bytes().split(b"\n")[before:]
    assert len(written) == len(STRANGE) + 1
    assert max(map(len, written)) < 4096
    assert all(byte >= 0x20 for line in written for byte in line)
