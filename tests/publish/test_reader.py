"""A route's place in the journal, whatever order Kafka acknowledges in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.model import Record
from gateway.publish.cluster import Topic
from gateway.publish.reader import Bounds, Reader
from gateway.publish.record import Mode
from gateway.publish.route import Route
from tests.publish.events import MemoryJournal, event

WELL = Topic(3, {0: 1, 1: 1, 2: 1})


def records(count: int) -> list[Record]:
    """Numbers 1 to `count`; every third event is a failure."""
    return [
        Record(number, "", event(number, outcome="success" if number % 3 else "failure"))
        for number in range(1, count + 1)
    ]


def reader(
    route: Route,
    *,
    position: int = 0,
    bounds: Bounds | None = None,
    acknowledged: frozenset[int] = frozenset(),
) -> Reader:
    """A reader whose topic has three partitions."""
    made = Reader(
        route,
        Mode.STRUCTURED,
        bounds or Bounds(),
        position=position,
        acknowledged=acknowledged,
    )
    made.turn(WELL)
    return made


def held(one: Reader) -> list[int]:
    """The numbers that wait for an acknowledgement."""
    return sorted(record.seq for lane in one.lanes for record in lane.waiting)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9))))
def test_position_is_before_the_first_that_is_held(answers: list[tuple[int, int]]) -> None:
    """Batches of the partitions are acknowledged in any order and size."""
    one = reader(Route("r", "t", {"outcome": "success"}))
    one.offer(records(40), is_cut=False)
    for which, count in answers:
        lane = one.lanes[which]
        lane.under_way = min(count, len(lane.waiting))
        lane.acknowledge(0)
        assert one.position == (held(one) or [41])[0] - 1
    assert one.acknowledged == 27 - len(held(one))


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9))),
    st.frozensets(st.integers(1, 60)),
    st.sampled_from([(4,), (4, 5)]),
)
def test_what_was_acknowledged_does_not_go_out_again(
    answers: list[tuple[int, int]], known: frozenset[int], layouts: tuple[int, ...]
) -> None:
    """A topic with other partitions is read for from the position on, once or twice."""
    one = reader(Route("r", "t"), acknowledged=known)
    one.offer(records(40), is_cut=True)
    assert held(one) == sorted({*range(1, 41)} - known)
    for which, count in answers:
        if which < len(one.lanes):
            lane = one.lanes[which]
            lane.under_way = min(count, len(lane.waiting))
            lane.acknowledge(0)
    waiting, position = held(one), one.position
    for partitions in layouts:
        one.turn(Topic(partitions, dict.fromkeys(range(partitions), 1)))
        assert one.cursor == position
    one.offer(records(60)[position:], is_cut=False)
    assert held(one) == sorted({*waiting, *range(41, 61)} - known)


def test_a_rewind_is_for_all_beyond_it() -> None:
    """Also for what was acknowledged before its turn."""
    one = reader(Route("r", "t"), acknowledged=frozenset({3, 8}))
    journal = MemoryJournal()
    one.offer(records(6), is_cut=False)
    one.lanes[0].under_way = 1
    one.lanes[0].acknowledge(0)
    journal.advance("r", 2)
    one.keep(journal)
    one.turn(WELL)
    one.offer(records(9)[2:], is_cut=False)
    assert held(one) == [3, 4, 5, 6, 7, 8, 9]


def test_unwanted_events_move_the_position() -> None:
    """Nothing is held, nothing waits."""
    one = reader(Route("r", "t", {"outcome": "paused"}))
    one.offer(records(40), is_cut=False)
    assert (one.position, held(one), one.holds) == (40, [], False)


def test_reading_stops_at_half_the_bound() -> None:
    """So that a whole chunk, half the bound, always fits."""
    one = reader(Route("r", "t"), bounds=Bounds(events=20))
    one.offer(records(10), is_cut=True)
    assert one.wants
    one.offer(records(11)[10:], is_cut=True)
    assert not one.wants


def test_a_reader_at_the_end_does_not_want() -> None:
    """Until it is told that there may be more."""
    one = reader(Route("r", "t"))
    one.offer(records(3), is_cut=False)
    assert not one.wants
    one.behind = True
    assert one.wants


def test_a_topic_that_is_gone_takes_its_records_along() -> None:
    """They are read again once it is back, when it is another one."""
    one = reader(Route("r", "t"), position=2)
    one.offer(records(9)[2:], is_cut=False)
    one.turn(Topic(trouble="gone"))
    assert (one.blocked, one.wants) == ("gone", False)
    one.turn(Topic(3, {0: 1, 1: 1, 2: 1}, identity="another"))
    assert (one.blocked, one.cursor, held(one), one.wants) == (None, 2, [], True)


def test_trouble_that_passes_leaves_the_records_as_they_are() -> None:
    """They may be under way, and are to be sent again as they were."""
    one = reader(Route("r", "t"))
    one.offer(records(9), is_cut=False)
    identity = one.lanes[0].identity
    for state in (Topic(trouble="not allowed"), WELL):
        one.turn(state)
        assert held(one) == list(range(1, 10))
    assert one.lanes[0].identity is identity


def test_too_much_to_remember_is_not_remembered_in_part() -> None:
    """A key's newest event would not be its last one in the topic."""
    one = reader(Route("r", "t", {"outcome": "paused"}))
    wanted = reader(Route("r", "t"))
    for each in (one, wanted):
        each.offer(records(9), is_cut=False)
    wanted.lanes[0].under_way = 1
    wanted.lanes[0].acknowledge(0)
    wanted.cursor = 200_000
    wanted.turn(Topic(4, dict.fromkeys(range(4), 1)))
    position = wanted.cursor
    wanted.offer(records(9)[position:], is_cut=False)
    assert held(wanted) == list(range(position + 1, 10))


def test_a_rewind_waits_for_what_is_under_way() -> None:
    """The answer that is to come is for records that must not be mixed with older ones."""
    one = reader(Route("r", "t"))
    journal = MemoryJournal()
    one.offer(records(9), is_cut=False)
    for lane in one.lanes:
        lane.under_way = len(lane.waiting)
    journal.advance("r", 4)
    one.keep(journal)
    one.turn(WELL)
    assert (one.wants, one.moved, len(held(one))) == (False, False, 9)
    for lane in one.lanes:
        lane.acknowledge(0)
    one.turn(WELL)
    assert (one.cursor, one.wants, one.acknowledged) == (4, True, 9)


@pytest.mark.parametrize("position", [0, 7])
def test_only_a_moved_position_is_kept(position: int) -> None:
    """A reader that has done nothing writes nothing."""
    one = reader(Route("r", "t", {"outcome": "paused"}), position=position)
    journal = MemoryJournal()
    journal.positions = {"r": position}
    assert not one.moved
    one.offer(records(9)[position:], is_cut=False)
    assert one.moved
    one.keep(journal)
    assert (journal.positions, one.moved) == ({"r": 9}, False)
