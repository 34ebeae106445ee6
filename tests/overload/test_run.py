"""The measure itself: what the generator tells is what the server did, and verdicts judge it."""

import asyncio
import itertools
from collections import Counter
from contextlib import suppress
from dataclasses import replace

import pytest

from gateway.intake.line import Line
from tests.intake.conftest import pytest_asyncio_loop_factories
from tests.intake.port import PATH, open_port
from tests.overload.arrivals import Plan
from tests.overload.phases import Phase, percentile, phase
from tests.overload.run import FLOODS, Counted, Outcome
from tests.overload.slow import Ends
from tests.overload.verdict import TARGETS
from tests.overload.watch import Watched
from tests.threats.floods import Cost

__all__ = ["pytest_asyncio_loop_factories"]

PLAN = Plan(port=0, path=PATH.decode(), rate=100.0, seconds=10.0, connections=20, seed=1)


def made(rate: float, *, accepted: float = 0.01, busy: int = 0, refused: float = 0.01) -> Phase:
    """A phase of 100 callbacks a second that were accepted, and `busy` that were not."""
    due = [number / 100 for number in range(1000)]
    outcomes = [(at, accepted, 200) for at in due] + [(at, refused, 503) for at in due[:busy]]
    return Phase(replace(PLAN, rate=rate), outcomes, late=0.0, cpu=1.0)


def outcome(**phases: Phase) -> Outcome:
    """A good run, but for the phases that are given."""
    good = {"C": made(100), "C/2": made(50), "2 C": made(200, busy=900), "5 C": made(500, busy=999)}
    rest = {"C/2 after that": made(50), "C/2 among slow clients": made(50)}
    ends = Ends([15.1] * 9, [10.1] * 9, Counter({408: 9}))
    seen = Watched([0.01], 200.0, [1.0])
    answered = Counter({200: 6000, 503: 1899})
    floods = {name: Cost(0, 0.1, 1.0, 100, 0, 0.1) for name in FLOODS}
    counted = Counted(6000, 1899)
    return Outcome(1, 100.0, good | rest | phases, ends, seen, answered, counted, floods)


def missed(found: Outcome) -> list[str]:
    """The targets that it misses."""
    return [target.what for target in TARGETS if not target.is_met(found)]


@pytest.mark.parametrize(("room", "status"), [(128, 200), (0, 503)])
async def test_what_the_generator_tells_is_what_the_server_did(room: int, status: int) -> None:
    """Every request once, with its status and a plausible time; in both loops."""
    async with open_port(line=Line(burst=room, standing=room)) as port:
        for rate in (0.0, 100.0):
            plan = replace(PLAN, port=port.number, rate=rate, seconds=0.5)
            found = await phase(plan, receiver=1)
            before = len(port.seen)
            assert [each[2] for each in found.outcomes] == [status] * len(found.outcomes)
            assert before >= len(found.outcomes) > 5
            assert all(seconds > 0 for _, seconds, _ in found.outcomes)
            assert found.failed == 0
        assert set(port.statuses) == {status}


async def test_every_connection_takes_its_turn() -> None:
    """Else a server ends most of them at one moment, as idle, and the generator has to dial."""
    served: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            for count in itertools.count(1):
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
                await reader.readexactly(length)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                served.append(count)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await phase(replace(PLAN, port=port, seconds=1.0, connections=20), receiver=1)
    assert served.count(1) == 20
    assert max(served) <= 2 * len(served) // 20


def test_a_good_run_meets_every_target() -> None:
    """Whatever is refused, as long as it is refused soon."""
    assert missed(outcome()) == []


def test_what_is_too_little_or_too_late_is_missed() -> None:
    """Each by its name."""
    slow = made(200, accepted=0.3, busy=900, refused=0.06)
    assert missed(outcome(**{"2 C": slow})) == ["accepted p99 at 2 C", "refused p99 at 2 C"]
    less = replace(made(500), outcomes=made(500).outcomes[:890])
    assert missed(outcome(**{"5 C": less})) == ["goodput at 5 C"]
    lost = replace(outcome(), counted=Counted(5999, 1899))
    assert missed(lost) == ["200s that were not counted"]


def test_a_phase_is_calm_from_the_second_on_in_which_nothing_is_late_any_more() -> None:
    """A gateway that is never late is so from the beginning."""
    phase = made(50)
    assert (phase.is_calm(), phase.calm_from()) == (True, 0.0)
    late = [(due, 0.5 if due < 3.5 else 0.01, 200) for due, _, _ in phase.outcomes]
    assert replace(phase, outcomes=late).calm_from() == 4.0


def test_a_percentile_is_one_of_the_values() -> None:
    """Of none it is 0."""
    assert percentile([], 99) == 0.0
    assert percentile([float(n) for n in range(100)], 99) == 99.0
    assert percentile([1.0], 50) == 1.0
