"""What is deleted, what never is, and that the WAL stays small."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.journal import JournalError, Reader, Upkeep, Writer
from gateway.journal.upkeep import CHUNK
from tests.journal.entries import EARLY, LATE, callback, identity, unreadable

BETWEEN = "2026-01-15T00:00:00.000000Z"


def left(reader: Reader) -> list[int]:
    """The numbers that are still there."""
    return [record.seq for record in reader.read(0, limit=10_000, max_bytes=1 << 30)]


def test_events_older_than_a_time_are_deleted(
    writer: Writer, reader: Reader, upkeep: Upkeep
) -> None:
    writer.append([callback("a"), callback("b"), callback("c", at=LATE), callback("d", at=LATE)])

    assert upkeep.retain(BETWEEN, []) == 2
    assert left(reader) == [3, 4]
    assert (reader.head(), reader.count()) == (4, 2)
    assert upkeep.retain(BETWEEN, []) == 0


def test_nothing_is_deleted_that_a_route_has_not_passed(
    writer: Writer, reader: Reader, upkeep: Upkeep
) -> None:
    writer.append([callback(name) for name in "abcdef"])
    reader.advance("jobs", 5)

    assert upkeep.retain(LATE, ["jobs", "failures"]) == 0
    reader.advance("failures", 2)
    assert upkeep.retain(LATE, ["jobs", "failures"]) == 2
    assert upkeep.retain(LATE, ["jobs"]) == 3
    assert left(reader) == [6]


def test_a_callback_goes_whole_or_stays_whole(
    writer: Writer, reader: Reader, upkeep: Upkeep
) -> None:
    """Its raw bytes stand with its first event."""
    writer.append([callback("a"), callback("b", "c", "d", body=b"<three/>"), callback("e")])
    reader.advance("jobs", 3)

    assert upkeep.retain(LATE, ["jobs"]) == 1
    assert [reader.raw(seq).body for seq in (2, 3, 4)] == [b"<three/>"] * 3
    reader.advance("jobs", 4)
    assert upkeep.retain(LATE, ["jobs"]) == 3


def test_a_callback_of_more_events_than_a_chunk_is_deleted_too(
    writer: Writer, reader: Reader, upkeep: Upkeep
) -> None:
    names = [f"part {number}" for number in range(3 * CHUNK)]
    writer.append([callback(*names), callback("last")])

    assert upkeep.retain(LATE, []) == 3 * CHUNK
    assert left(reader) == [3 * CHUNK + 1]


def test_the_newest_event_stays_so_that_no_number_is_given_twice(
    writer: Writer, reader: Reader, upkeep: Upkeep
) -> None:
    writer.append([callback("a"), callback("b")])
    upkeep.retain(LATE, [])

    writer.append([callback("c")])

    assert left(reader) == [2, 3]


def test_many_are_deleted_in_several_transactions(
    writer: Writer, reader: Reader, upkeep: Upkeep
) -> None:
    count = 5 * CHUNK + 7
    writer.append([callback(str(number)) for number in range(count)])

    assert upkeep.retain(LATE, []) == count - 1
    assert left(reader) == [count]


def test_what_was_deleted_is_accepted_again_as_new(writer: Writer, upkeep: Upkeep) -> None:
    writer.append([callback("a"), callback("b")])
    upkeep.retain(LATE, [])

    (receipt,) = writer.append([callback("a")])
    assert not receipt.duplicate


def test_quarantine_is_deleted_by_the_time_it_was_last_seen(
    writer: Writer, reader: Reader, upkeep: Upkeep
) -> None:
    writer.append([unreadable("x"), unreadable("y"), unreadable("y", at=LATE)])

    assert upkeep.retain(EARLY, []) == 0
    assert upkeep.retain(BETWEEN, []) == 1
    assert [each.id for each in reader.quarantine(10)] == [identity("y")]


def test_the_wal_does_not_grow_without_bound(path: Path, writer: Writer) -> None:
    wal = path.with_name("journal.db-wal")
    with Upkeep(path, max_size=8 << 20) as upkeep:
        for number in range(60):
            writer.append([callback(str(number), body=bytes(100_000))])
            upkeep.checkpoint()
    assert wal.stat().st_size < 2 << 20
    assert path.stat().st_size > 5 << 20


def test_a_reader_in_the_middle_of_a_read_delays_a_checkpoint_and_fails_nobody(
    path: Path, writer: Writer, reader: Reader
) -> None:
    writer.append([callback("a", body=bytes(100_000))])
    with closing(sqlite3.connect(path)) as slow, Upkeep(path, max_size=4) as upkeep:
        slow.execute("BEGIN")
        slow.execute("SELECT count(*) FROM events").fetchone()
        writer.append([callback("b", body=bytes(100_000))])
        wal = upkeep.checkpoint()
        assert wal.written_back < wal.pages
        writer.append([callback("c")])
        slow.execute("ROLLBACK")
        wal = upkeep.checkpoint()
        assert wal.written_back == wal.pages
    assert left(reader) == [1, 2, 3]


def test_a_long_read_keeps_the_wal_from_starting_anew_for_so_long(
    path: Path, writer: Writer, reader: Reader
) -> None:
    """A backup may take minutes; it is not tried, which would hold up writers for nothing."""
    writer.append([callback("a")])
    with closing(sqlite3.connect(path)) as slow, Upkeep(path, max_size=1 << 20) as upkeep:
        slow.execute("BEGIN")
        slow.execute("SELECT count(*) FROM events").fetchone()
        for number in range(40):
            writer.append([callback(str(number), body=bytes(9_000))])
        wal = upkeep.checkpoint()
        assert wal.written_back < wal.pages // 2
        slow.execute("ROLLBACK")
        assert upkeep.checkpoint() == (0, 0)
    assert reader.count() == 41


def test_a_journal_that_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(JournalError, match=r"file/journal\.db"):
        Upkeep(tmp_path / "file" / "journal.db")
