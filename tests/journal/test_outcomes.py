"""What is counted of the events: once, in step with the position of the one who counts."""

from pathlib import Path

import pytest

from gateway.journal import COUNTER, JournalError, Outcomes, Reader, Upkeep, Writer
from tests.journal.entries import EARLY, LATE, callback, unreadable

SEEN = ("seen", "media")
LATEST = ("latest", "media")


def counted(path: Path, *, limit: int = 100) -> list[int]:
    """The numbers that one reading finds, each counted as one."""
    with Outcomes(path) as outcomes:
        numbers = [record.seq for record in outcomes.read(limit)]
        if numbers:
            assert outcomes.keep(numbers[-1], {SEEN: len(numbers)}, {LATEST: numbers[-1]})
        return numbers


def test_each_event_is_read_once_and_the_figures_go_on_where_they_were(
    path: Path, writer: Writer
) -> None:
    """Also over restarts; a repeat of a callback is no event."""
    writer.append([callback(name) for name in "abcde"])
    assert counted(path, limit=3) == [1, 2, 3]
    assert counted(path) == [4, 5]
    writer.append([callback("a"), callback("f")])
    assert counted(path) == [6]
    assert counted(path) == []
    with Outcomes(path) as outcomes, Reader(path) as reader:
        assert outcomes.figures() == reader.outcomes() == {SEEN: 6, LATEST: 6}


def test_what_is_read_and_not_kept_is_read_again(path: Path, writer: Writer) -> None:
    """As after a kill between the two."""
    writer.append([callback("a"), callback("b")])
    with Outcomes(path) as outcomes:
        assert len(list(outcomes.read(100))) == 2
    assert counted(path) == [1, 2]


def test_of_two_who_count_the_same_events_one_is_told_to_read_anew(
    path: Path, writer: Writer
) -> None:
    """Two gateways on one journal, for a moment."""
    writer.append([callback("a"), callback("b")])
    with Outcomes(path) as one, Outcomes(path) as other:
        for each in (one, other):
            assert len(list(each.read(100))) == 2
        assert one.keep(2, {SEEN: 2}, {})
        assert not other.keep(2, {SEEN: 2}, {})
        assert list(other.read(100)) == []
        assert other.figures() == {SEEN: 2}


def test_a_raised_figure_never_falls(path: Path, writer: Writer) -> None:
    writer.append([callback("a"), callback("b")])
    with Outcomes(path) as outcomes:
        for number, value in ((1, 7.0), (2, 3.0)):
            list(outcomes.read(1))
            assert outcomes.keep(number, {}, {LATEST: value})
        assert outcomes.figures() == {LATEST: 7.0}


def test_a_replay_counts_nothing(path: Path, writer: Writer, reader: Reader) -> None:
    """A route's position is not the counter's."""
    writer.append([callback("a"), callback("b")])
    reader.advance("jobs", 2)
    assert counted(path) == [1, 2]
    reader.advance("jobs", 0)
    assert counted(path) == []
    assert reader.positions() == {"jobs": 0, COUNTER: 2}


def test_nothing_is_deleted_that_is_not_counted_yet(
    path: Path, writer: Writer, upkeep: Upkeep
) -> None:
    writer.append([callback(name) for name in "abc"])
    assert upkeep.retain(LATE, [COUNTER]) == 0
    assert counted(path, limit=2) == [1, 2]
    assert upkeep.retain(LATE, [COUNTER]) == 2
    assert counted(path) == [3]


def test_the_quarantine_tells_when_a_source_was_last_heard_of(path: Path, writer: Writer) -> None:
    writer.append([unreadable("x"), unreadable("y", at=LATE), unreadable("z", at=EARLY)])
    with Outcomes(path) as outcomes:
        assert outcomes.quarantined() == {"media": LATE}


def test_a_journal_that_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match=r"file/journal\.db"):
        Outcomes(tmp_path / "file" / "journal.db")


def test_the_callbacks_in_quarantine_are_counted(writer: Writer, reader: Reader) -> None:
    """Those that were discarded are not in it any more."""
    writer.append([unreadable(name) for name in "xyz"])
    (oldest, *_) = reader.quarantine(10)
    assert reader.quarantine_count() == 3
    assert reader.discard(oldest.id, at=LATE)
    assert reader.quarantine_count() == 2


def test_the_fill_is_that_of_the_events_and_not_of_the_file(
    writer: Writer, reader: Reader, upkeep: Upkeep
) -> None:
    """What was deleted is room again, though the file stays as large as it was."""
    size = 64 << 20
    assert 0 < reader.fill(size) < 0.01
    writer.append([callback(str(number), body=bytes(100_000)) for number in range(100)])
    full = reader.fill(size)
    assert 0.2 < full < 0.25
    while upkeep.retain(LATE, []):
        pass
    assert reader.fill(size) < full / 10
