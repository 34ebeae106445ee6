"""Replays served by publishers, which are played here."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import orjson
import pytest
from msgspec import structs

from gateway.core.model import Entry, Record
from gateway.journal import Ranges, Replay, Replays, Writer
from gateway.processes.replaying import Chosen, Pace, Replaying
from gateway.publish.cluster import Topic
from gateway.publish.ports import Journal, Observer, Unobserved
from gateway.publish.reader import Bounds, Reader
from gateway.publish.record import Mode
from gateway.publish.replay import again, marked
from gateway.publish.route import Route
from tests.broker.waiting import until
from tests.publish.events import MemoryJournal, event, events

ROUTES = [Route("jobs", "t-jobs"), Route("failures", "t-failures")]
AT = "2026-01-01T00:00:00.000000Z"


class Player:
    """A publisher that writes to a list, and stands still where it is told to."""

    def __init__(
        self,
        journal: Journal,
        route: Route,
        written: dict[str, list[Record]],
        observer: Observer,
    ) -> None:
        self._observer = observer
        self.ended = threading.Event()
        self._journal = journal
        self._route = route
        self._written = written

    def run(self) -> None:
        position = self._journal.position(self._route.name)
        while not self.ended.wait(0.01):
            read = self._journal.read(position, limit=3, max_bytes=1 << 20)
            self._written.setdefault(self._route.topic, []).extend(read)
            if read:
                position = read[-1].seq
                self._observer.published(self._route.name, len(read) - 1)
                self._observer.dead_lettered(self._route.name, "invalid")
                self._journal.advance(self._route.name, position)
            self._journal.position(self._route.name)

    def stop(self) -> None:
        self.ended.set()


class Stage:
    """Makes the players; `written` is topic → records."""

    def __init__(self) -> None:
        self.written: dict[str, list[Record]] = {}
        self.routes: list[str] = []

    def __call__(
        self, journal: Journal, routes: Sequence[Route], *, doorbell: int, observer: Observer
    ) -> Player:
        (route,) = routes
        self.routes.append(route.name)
        return Player(journal, route, self.written, observer)


class Counting(Unobserved):
    """What was told of each route."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def published(self, route: str, count: int) -> None:
        self.counts[f"{route} published"] += count

    def dead_lettered(self, route: str, reason: str) -> None:
        self.counts[f"{route} {reason}"] += 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of 20 events."""
    path = tmp_path / "journal.db"
    numbers = range(1, 21)
    entries = [Entry("media", AT, b"[]", b"", "token", events=(event(each),)) for each in numbers]
    with Writer(path, max_size=1 << 28) as writer:
        writer.append(entries)
    return path


@pytest.fixture
def begin(path: Path) -> Iterator[Callable[..., Replay]]:
    """Begins a replay of events on a route."""
    with Replays(path) as replays:

        def made(name: str, *numbers: int, route: str = "jobs", rate: float = 0.0) -> Replay:
            chosen = Ranges()
            for number in numbers:
                chosen.add(number)
            replays.begin(name, route, chosen, rate=rate, at=AT)
            return replays.of(name)[0]

        yield made


Begin = Callable[..., Replay]


def states(path: Path, *names: str) -> list[str]:
    """Of replays."""
    with Replays(path) as replays:
        return [each.state for name in names for each in replays.of(name)]


def seqs(records: Sequence[Record]) -> list[int]:
    """Their numbers."""
    return [record.seq for record in records]


def test_replays_of_a_route_are_served_one_after_the_other(path: Path, begin: Begin) -> None:
    """Those of other routes meanwhile; each event is marked and else the same."""
    begin("first", 2, 3, 4, 9)
    begin("second", 1, 2)
    begin("third", 7, route="failures")
    stage, counting = Stage(), Counting()
    with Replaying(path, ROUTES, stage, counting):
        until(lambda: states(path, "first", "second", "third") == ["done"] * 3)
        begin("fourth", 20)
        until(lambda: states(path, "fourth") == ["done"])

    jobs = stage.written["t-jobs"]
    assert seqs(jobs) == [2, 3, 4, 9, 1, 2, 20]
    assert counting.counts["jobs published"] + counting.counts["jobs invalid"] == len(jobs)
    assert counting.counts["failures invalid"] == 1
    marks = [orjson.loads(record.event.json)["replay"] for record in jobs]
    assert marks == ["first"] * 4 + ["second"] * 2 + ["fourth"]
    assert seqs(stage.written["t-failures"]) == [7]
    assert sorted(stage.routes) == [
        "failures, replay third",
        *("jobs, replay first", "jobs, replay fourth", "jobs, replay second"),
    ]


def test_a_replay_that_was_interrupted_goes_on_where_it_was(path: Path, begin: Begin) -> None:
    replay = begin("first", *range(1, 21))
    with Replays(path) as replays:
        replays.advance(replay.number, 12)
    stage = Stage()
    with Replaying(path, ROUTES, stage):
        until(lambda: states(path, "first") == ["done"])
    assert seqs(stage.written["t-jobs"]) == list(range(13, 21))


def test_a_replay_ends_when_it_is_canceled(path: Path, begin: Begin) -> None:
    begin("first", *range(1, 21), rate=0.5)
    begin("second", 3)
    stage = Stage()
    with Replaying(path, ROUTES, stage):
        until(lambda: stage.routes)
        with Replays(path) as replays:
            assert replays.cancel("first") == 1
        until(lambda: states(path, "second") == ["done"])
    assert states(path, "first") == ["canceled"]
    assert seqs(stage.written["t-jobs"])[-1] == 3
    assert len(stage.written["t-jobs"]) < 4


def test_a_replay_of_a_route_that_is_gone_waits(path: Path, begin: Begin) -> None:
    begin("first", 1, route="gone")
    begin("second", 1)
    with Replaying(path, ROUTES, Stage()):
        until(lambda: states(path, "second") == ["done"])
    assert states(path, "first") == ["running"]


def test_chosen_events_are_over_only_when_they_are_acknowledged(path: Path, begin: Begin) -> None:
    replay = begin("first", 2, 9)
    ends: list[str] = []
    with Replays(path) as replays:
        chosen = Chosen(replays, replay, threading.Event())
        chosen.at_end = lambda: ends.append("end")
        assert seqs(chosen.read(0, limit=9, max_bytes=1 << 20)) == [2, 9]
        assert chosen.read(9, limit=9, max_bytes=1 << 20) == []
        assert (chosen.position("jobs"), chosen.is_done, ends) == (0, False, [])
        chosen.advance("jobs", 9)
        assert (chosen.position("jobs"), chosen.is_done, ends) == (9, True, ["end"])


def test_a_pace_allows_so_many_a_second() -> None:
    """Those of one second at the most, after a pause."""
    pace = Pace(4.0)
    allowed = []
    for now in (0.0, 0.5, 1.0, 1.25, 9.0):
        allowed.append(pace.allowance(now))
        pace.take(allowed[-1])
    assert allowed == [1, 2, 2, 1, 4]


def test_a_slow_pace_allows_one_now_and_then() -> None:
    pace = Pace(0.5)
    assert [pace.allowance(now) for now in (0.0, 0.5, 1.0)] == [0, 0, 1]


def test_no_pace_is_no_bound() -> None:
    pace = Pace(0.0)
    pace.take(1_000)
    assert pace.allowance(0.0) > 1_000_000


def test_a_mark_changes_nothing_else() -> None:
    """The same id, and the same data byte for byte."""
    one = event(7)
    found = orjson.loads(marked(one, "r-1").json)
    assert found.pop("replay") == "r-1"
    assert found == orjson.loads(one.json)
    assert marked(one, "r-1").json.endswith(one.json[1:])
    assert structs.replace(marked(one, "r-1"), json=one.json) == one


@pytest.mark.parametrize(("seq", "is_marked"), [(1, True), (4, True), (5, False)])
def test_only_what_a_route_has_passed_before_is_marked(
    seq: int,
    is_marked: bool,  # noqa: FBT001
) -> None:
    made = again(Record(seq, AT, event(seq)), ("r", 4))
    assert (b'"replay"' in made.json) is is_marked


def test_a_route_that_is_moved_back_marks_up_to_where_it_was() -> None:
    """Or where it came to until it noticed; what is new behind that is not marked."""
    journal = MemoryJournal()
    journal.append(events(12))
    reader = Reader(Route("r", "t"), Mode.STRUCTURED, Bounds(), position=9)
    reader.turn(Topic(1, {0: 1}))
    journal.positions["r"], journal.rewinds["r"] = 4, ("back", 8)
    reader.keep(journal)
    reader.turn(Topic(1, {0: 1}))

    reader.offer(journal.read(reader.cursor, limit=99, max_bytes=1 << 20), is_cut=False)

    (lane,) = reader.lanes
    found = [(held.seq, orjson.loads(held.record.value).get("replay")) for held in lane.waiting]
    assert found == [(seq, "back") for seq in range(5, 10)] + [(seq, None) for seq in (10, 11, 12)]


def test_the_mark_is_a_header_in_binary_mode() -> None:
    """And on after a restart in the middle of what is published again."""
    reader = Reader(Route("r", "t"), Mode.BINARY, Bounds(), position=4, replayed=("back", 5))
    reader.turn(Topic(1, {0: 1}))
    reader.offer([Record(seq, AT, event(seq)) for seq in (5, 6)], is_cut=False)
    (lane,) = reader.lanes
    assert [dict(held.record.headers).get("ce_replay") for held in lane.waiting] == [b"back", None]
