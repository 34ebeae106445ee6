"""Routes moved back, and chosen events that are published once more."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal import Ranges, Reader, Replay, Replays, Upkeep, Writer, replays
from tests.journal.entries import LATE, callback

MUCH = 1 << 30


@pytest.fixture
def running(path: Path, writer: Writer) -> Iterator[Replays]:
    """On a journal of 20 events."""
    writer.append([callback(f"{number}", at=LATE) for number in range(1, 21)])
    with Replays(path) as opened:
        yield opened


def begun(running: Replays, *numbers: int, route: str = "jobs") -> Replay:
    """A replay of these events."""
    chosen = Ranges()
    for number in numbers:
        chosen.add(number)
    running.begin(f"r{numbers[0]}", route, chosen, rate=2.5, at=LATE)
    return running.of(f"r{numbers[0]}")[-1]


def numbers_of(running: Replays, replay: Replay, after: int, limit: int = 100) -> list[int]:
    """Of the events that it still has."""
    read = running.read(replay.number, after, limit=limit, max_bytes=MUCH)
    return [record.seq for record in read]


@given(st.sets(st.integers(0, 200)))
def test_ranges_are_the_numbers(numbers: set[int]) -> None:
    ranges = Ranges()
    for number in sorted(numbers):
        ranges.add(number)
    assert ranges.count == len(numbers)
    assert [n for first, last in ranges for n in range(first, last + 1)] == sorted(numbers)
    firsts = [first for first, _ in ranges]
    assert not {last + 1 for _, last in ranges}.intersection(firsts)


def test_only_chosen_events_are_read_in_order(running: Replays) -> None:
    replay = begun(running, 2, 3, 4, 9, 15, 16)

    assert (replay.state, replay.total, replay.left, replay.rate) == ("running", 6, 6, 2.5)
    assert numbers_of(running, replay, 0) == [2, 3, 4, 9, 15, 16]
    assert numbers_of(running, replay, 3) == [4, 9, 15, 16]
    assert numbers_of(running, replay, 3, limit=2) == [4, 9]
    assert numbers_of(running, replay, 16) == []
    (record,) = running.read(replay.number, 8, limit=9, max_bytes=0)
    assert (record.seq, record.event.json) == (9, b'"9"')


def test_a_long_range_is_not_read_from_its_beginning(running: Replays, path: Path) -> None:
    """Nor sorted: each chunk of a million events costs the same."""
    begun(running, *range(1, 21))
    with closing(sqlite3.connect(path)) as db:
        values = {"replay": 1, "after": 10, "limit": 5}
        plan = db.execute(f"EXPLAIN QUERY PLAN {replays._READ}", values).fetchall()  # noqa: SLF001
    steps = [row[3] for row in plan]
    assert [step for step in steps if "TEMP" in step] == []
    assert steps[1] == "SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"


def test_a_replay_goes_on_from_its_position(running: Replays, path: Path) -> None:
    replay = begun(running, 2, 3, 4, 9)
    running.advance(replay.number, 3)

    with Replays(path) as other:
        (found,) = other.running()
    assert (found.position, found.total, found.left) == (3, 4, 2)

    running.advance(replay.number, 9)
    assert running.running()[0].left == 0
    assert running.is_running(replay.number)
    running.finish(replay.number)
    assert running.running() == []
    assert running.of("r2")[0].state == "done"


def test_a_replay_that_was_canceled_stays_so(running: Replays, path: Path) -> None:
    replay = begun(running, 2, 3, 4, 9)

    assert running.cancel("r2") == 1
    assert running.cancel("r2") == 0

    running.advance(replay.number, 4)
    running.finish(replay.number)
    (found,) = running.of("r2")
    assert (found.state, found.position, found.left) == ("canceled", 0, 0)
    assert numbers_of(running, replay, 0) == []


def test_retention_waits_for_a_replay(running: Replays, reader: Reader, upkeep: Upkeep) -> None:
    """Of a route that is configured; then it forgets it, too."""
    reader.advance("jobs", 20)
    replay = begun(running, 2, 9)
    begun(running, 1, route="gone")
    running.advance(replay.number, 5)

    assert upkeep.retain("9", ["jobs"]) == 5
    running.finish(replay.number)
    assert upkeep.retain("9", ["jobs"]) == 14
    assert running.of("r2") == []
    assert [each.route for each in running.running()] == ["gone"]


def test_events_that_are_gone_are_passed_over(
    running: Replays, reader: Reader, upkeep: Upkeep
) -> None:
    replay = begun(running, 2, 3, 20, route="gone")
    upkeep.retain("9", [])
    assert reader.count() == 1
    assert numbers_of(running, replay, 0) == [20]


def test_a_rewind_marks_what_the_route_had_passed(running: Replays, reader: Reader) -> None:
    reader.advance("jobs", 12)

    assert running.rewind("jobs", 4, replay="first", at=LATE)

    assert reader.position("jobs") == 4
    assert reader.replayed("jobs") == ("first", 12)
    reader.advance("jobs", 8)
    assert running.rewind("jobs", 6, replay="second", at=LATE)
    assert reader.replayed("jobs") == ("second", 12), "it has not come back to where it was"


def test_a_route_is_not_moved_forward(running: Replays, reader: Reader) -> None:
    reader.advance("jobs", 12)
    assert not running.rewind("jobs", 12, replay="r", at=LATE)
    assert not running.rewind("other", 3, replay="r", at=LATE)
    assert (reader.position("jobs"), reader.replayed("jobs")) == (12, ("", 0))


def test_a_replay_that_was_never_begun_to_its_end_does_not_run(
    running: Replays, upkeep: Upkeep, path: Path
) -> None:
    """The command that chose its events was killed."""

    def killed() -> Iterator[tuple[int, int]]:
        yield 1, 2
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.begin("r", "jobs", killed(), rate=0, at=LATE)

    assert running.running() == []
    assert [each.state for each in running.of("r")] == ["preparing"]
    upkeep.retain("9", [])
    assert running.of("r") == []
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM replay_ranges").fetchone() == (0,)
