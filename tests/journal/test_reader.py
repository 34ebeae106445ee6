"""Reading in order, looking up, counting, and positions."""

from pathlib import Path

import pytest
from msgspec import structs

from gateway.journal import Among, JournalError, Reader, Replays, Upkeep, Writer
from tests.journal.entries import EARLY, LATE, callback, event, identity, unreadable


@pytest.fixture
def ten(writer: Writer) -> Writer:
    """Ten events; the JSON of each has three bytes."""
    writer.append([callback(str(number)) for number in range(10)])
    return writer


@pytest.mark.usefixtures("ten")
def test_reading_goes_on_after_a_number(reader: Reader) -> None:
    assert [each.seq for each in reader.read(0, limit=4, max_bytes=1000)] == [1, 2, 3, 4]
    assert [each.seq for each in reader.read(4, limit=4, max_bytes=1000)] == [5, 6, 7, 8]
    assert [each.seq for each in reader.read(8, limit=4, max_bytes=1000)] == [9, 10]
    assert reader.read(10, limit=4, max_bytes=1000) == []


@pytest.mark.usefixtures("ten")
@pytest.mark.parametrize(("max_bytes", "count"), [(0, 1), (3, 1), (5, 1), (6, 2), (30, 10)])
def test_reading_stops_at_so_many_bytes_but_not_before_one(
    reader: Reader, max_bytes: int, count: int
) -> None:
    assert len(reader.read(0, limit=100, max_bytes=max_bytes)) == count


@pytest.mark.usefixtures("ten")
def test_the_newest_are_told_oldest_first(reader: Reader) -> None:
    assert [each.seq for each in reader.newest(3)] == [8, 9, 10]
    assert [each.seq for each in reader.newest(100)] == list(range(1, 11))


@pytest.mark.usefixtures("ten")
def test_an_event_is_found_by_its_id(reader: Reader) -> None:
    found = reader.find(identity("4"))

    assert found is not None
    assert (found.seq, found.event) == (5, event("4"))


@pytest.mark.usefixtures("ten")
@pytest.mark.parametrize("text", ["", "4", "zz", identity("10"), "✓"])
def test_what_is_no_id_of_an_event_finds_none(reader: Reader, text: str) -> None:
    assert reader.find(text) is None
    assert reader.quarantined(text) is None
    assert reader.quarantined_raw(text) is None


@pytest.mark.usefixtures("ten")
def test_raw_bytes_of_a_number_that_is_not_kept_are_an_error(reader: Reader) -> None:
    with pytest.raises(JournalError, match="event number 11 is not kept"):
        reader.raw(11)


def test_head_and_count_follow_the_events(reader: Reader, writer: Writer) -> None:
    assert (reader.head(), reader.count()) == (0, 0)

    writer.append([callback("a", "b"), unreadable("x")])

    assert (reader.head(), reader.count()) == (2, 2)


def test_the_size_is_that_of_the_database_and_its_wal(
    reader: Reader, writer: Writer, path: Path
) -> None:
    before = reader.size()

    writer.append([callback("a", body=bytes(100_000))])

    wal = path.with_name("journal.db-wal")
    assert reader.size() == path.stat().st_size + wal.stat().st_size
    assert reader.size() > before + 100_000


def test_quarantine_is_listed_oldest_first(reader: Reader, writer: Writer) -> None:
    writer.append([unreadable("x"), unreadable("y"), unreadable("z")])

    assert [each.id for each in reader.quarantine(2)] == [identity("y"), identity("z")]
    assert reader.quarantined(identity("x")) == reader.quarantine(3)[0]


def test_a_position_is_kept_and_can_be_moved_back(reader: Reader, path: Path) -> None:
    assert reader.position("jobs") == 0

    reader.advance("jobs", 7)
    reader.advance("failures", 9)
    reader.advance("jobs", 3)

    with Reader(path) as other:
        assert other.position("jobs") == 3
        assert other.positions() == {"jobs": 3, "failures": 9}


def test_a_position_that_was_moved_back_is_not_overwritten(reader: Reader, path: Path) -> None:
    """The publisher looks and then keeps; a rewind may come between the two."""
    reader.advance("jobs", 7)
    with Reader(path) as publisher, Replays(path) as operator:
        assert publisher.position("jobs") == 7
        operator.rewind("jobs", 3, replay="r", at=LATE)

        publisher.advance("jobs", 8)

        assert publisher.position("jobs") == 3
        publisher.advance("jobs", 4)
        assert reader.position("jobs") == 4


@pytest.mark.usefixtures("ten")
def test_what_a_route_has_yet_to_pass(reader: Reader, upkeep: Upkeep) -> None:
    """Counted from the oldest that is kept: a new route does not wait for what is gone."""
    assert reader.waiting(0) == (10, EARLY)
    assert reader.waiting(7) == (3, EARLY)
    assert reader.waiting(10) == (0, "")
    reader.advance("jobs", 6)
    upkeep.retain(LATE, ["jobs"])
    assert reader.waiting(0) == (4, EARLY)


def test_heads_are_the_records_of_a_time_without_their_json(writer: Writer, reader: Reader) -> None:
    writer.append([callback("a"), callback("b", at=LATE), callback("c"), callback("d", at=LATE)])

    found = reader.heads(1, 3, since=EARLY, before="9")

    assert [(each.seq, each.received_at) for each in found] == [(2, LATE), (3, EARLY)]
    assert found[0].event == structs.replace(event("b"), json=b"")
    assert [each.seq for each in reader.heads(0, 9, since=LATE, before="9")] == [2, 4]
    assert [each.seq for each in reader.heads(0, 9, since="", before=LATE)] == [1, 3]


def test_the_first_event_since_a_time(writer: Writer, reader: Reader) -> None:
    writer.append([callback("a"), callback("b", at=LATE), callback("c")])
    assert [reader.first_since(time) for time in ("", EARLY, LATE, "9")] == [1, 1, 2, None]


@pytest.mark.parametrize(
    ("among", "names"),
    [
        (Among(), "xz"),
        (Among(resolved=True), "xyz"),
        (Among(source="media"), "xz"),
        (Among(source="other"), ""),
        (Among(reason="malformed_xml", since=LATE), "z"),
        (Among(reason="schema"), ""),
    ],
)
def test_quarantine_is_listed_by_what_is_asked_for(
    reader: Reader, writer: Writer, among: Among, names: str
) -> None:
    writer.append([unreadable("x"), unreadable("y"), unreadable("z", at=LATE)])
    assert reader.discard(identity("y"), at=LATE)

    ids = [identity(name) for name in names]
    assert [each.id for each in reader.quarantine(-1, among)] == ids
    assert reader.quarantine_ids(among) == ids


def test_what_was_discarded_is_in_quarantine_again_when_it_comes_again(
    reader: Reader, writer: Writer
) -> None:
    writer.append([unreadable("x")])
    assert reader.discard(identity("x"), at=LATE)
    assert not reader.discard(identity("x"), at=LATE)
    found = reader.quarantined(identity("x"))
    assert found is not None
    assert (found.resolution, found.resolved_at, found.size) == ("discarded", LATE, 1)
    assert reader.quarantined_raw(identity("x")) == (b"[]", b"x", "token")

    writer.append([unreadable("x", at=LATE)])

    (found,) = reader.quarantine(10)
    assert (found.resolution, found.seen) == ("", 2)
    assert not reader.discard(identity("y"), at=LATE)


def test_reading_does_not_wait_for_a_writer(ten: Writer, reader: Reader, path: Path) -> None:
    with Writer(path, max_size=1 << 30) as other:
        other.append([callback("before")])
        assert reader.head() == 11
        ten.append([callback("after")])
        assert reader.head() == 12
