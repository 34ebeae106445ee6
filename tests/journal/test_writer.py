"""What a receipt means."""

import os
import sqlite3
import stat
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, suppress
from itertools import cycle, pairwise
from multiprocessing import get_context
from pathlib import Path

import pytest
from msgspec import structs

from gateway.core.errors import Busy, Reason
from gateway.core.model import Entry, Receipt
from gateway.journal import Reader, Upkeep, Writer
from tests.e2e.gateway import resident_mib
from tests.journal.entries import LATE, callback, event, identity, unreadable

NEW = Receipt(duplicate=False)
DUPLICATE = Receipt(duplicate=True)


def kept(reader: Reader) -> list[str]:
    """The JSON of every event, in order."""
    records = reader.read(0, limit=10_000, max_bytes=1 << 30)
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    return [record.event.json.decode().strip('"') for record in records]


def append_each(writer: Writer, batches: Iterable[Sequence[Entry]], upkeep: Upkeep) -> None:
    """One after the other, as long as there is room."""
    for batch in batches:
        writer.append(batch)
        upkeep.checkpoint()


def test_an_event_is_read_back_as_it_was_appended(writer: Writer, reader: Reader) -> None:
    assert writer.append([callback("a", body=b"\x00<a/>\xff")]) == [NEW]

    (record,) = reader.read(0, limit=10, max_bytes=1 << 20)
    assert record.event == event("a")
    assert record.received_at == callback("a").received_at
    assert reader.raw(record.seq) == (callback("a").headers, b"\x00<a/>\xff", "token,bucket")


def test_a_repeat_is_a_duplicate_and_is_not_kept_again(writer: Writer, reader: Reader) -> None:
    writer.append([callback("a")])

    assert writer.append([callback("a")]) == [DUPLICATE]
    assert kept(reader) == ["a"]


@pytest.mark.parametrize("size", [1, 2, 3, 16, 17, 49, 255, 256, 257, 600])
def test_a_batch_of_any_size_is_kept_in_order(writer: Writer, reader: Reader, size: int) -> None:
    names = [f"event {number}" for number in range(size)]

    assert writer.append([callback(name) for name in names]) == [NEW] * size
    assert kept(reader) == names


def growth(journal: Path) -> float:
    """MiB by which a process of its own grows with batches of 4 MiB, of several sizes."""
    sizes = [8, 8, 16, 24, 32, 48, 64, 96, 128]
    with Writer(journal, max_size=1 << 30) as writer:
        for number, size in enumerate(sizes):
            body = bytes((4 << 20) // size)
            writer.append([callback(f"{number} {one}", body=body) for one in range(size)])
            if number == 1:
                before = resident_mib(os.getpid())
        return resident_mib(os.getpid()) - before


def test_no_statement_keeps_in_memory_what_it_has_written(tmp_path: Path) -> None:
    """Many are kept prepared, and callbacks may be large."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        assert process.submit(growth, tmp_path / "journal").result() < 8


def test_a_heavy_batch_that_somebody_comes_between_is_kept(writer: Writer, path: Path) -> None:
    """It takes two statements: what the first has kept is not refused since the second fails."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:

        def come_between(statement: str) -> None:
            seen.append(statement)
            if len(seen) == 2:
                with suppress(sqlite3.OperationalError):
                    other.execute("BEGIN IMMEDIATE")

        seen: list[str] = []
        db = writer._journal.db  # noqa: SLF001
        db.set_trace_callback(lambda told: come_between(told) if "INTO events" in told else None)
        heavy = [callback(f"{one}", body=bytes(1 << 20)) for one in range(4)]
        assert writer.append(heavy) == [NEW] * 4
        assert len(seen) == 2


@pytest.mark.parametrize("size", [5, 200])
def test_repeats_between_new_ones_leave_no_gap_in_the_numbers(
    writer: Writer, reader: Reader, size: int
) -> None:
    names = [f"event {number}" for number in range(size)]
    writer.append([callback(name) for name in names[::2]])

    receipts = writer.append([callback(name) for name in names])

    assert receipts == [DUPLICATE if index % 2 == 0 else NEW for index in range(size)]
    assert kept(reader) == names[::2] + names[1::2]


def test_a_repeat_within_one_batch_is_a_duplicate(writer: Writer) -> None:
    batch = [callback("a"), callback("b"), callback("a")]

    assert writer.append(batch) == [NEW, NEW, DUPLICATE]


def test_a_repeat_within_one_mixed_batch_is_a_duplicate(writer: Writer) -> None:
    batch = [callback("a"), callback("b", "a"), unreadable("c"), callback("b")]

    assert writer.append(batch) == [NEW, NEW, NEW, DUPLICATE]


def test_several_events_of_a_callback_share_its_raw_bytes(writer: Writer, reader: Reader) -> None:
    writer.append([callback("before"), callback("a", "b", "c", body=b"<three/>")])

    assert kept(reader) == ["before", "a", "b", "c"]
    assert [reader.raw(seq).body for seq in (2, 3, 4)] == [b"<three/>"] * 3


def test_the_raw_bytes_stay_with_what_is_new_in_a_callback(writer: Writer, reader: Reader) -> None:
    """Also when its first event came before, with another callback."""
    writer.append([callback("a", body=b"<one/>")])

    assert writer.append([callback("a", "b", "c", body=b"<three/>")]) == [NEW]
    assert kept(reader) == ["a", "b", "c"]
    assert [reader.raw(seq).body for seq in (1, 2, 3)] == [b"<one/>", b"<three/>", b"<three/>"]
    assert writer.append([callback("c", "a")]) == [DUPLICATE]


def test_an_event_that_a_callback_has_twice_is_kept_once(writer: Writer, reader: Reader) -> None:
    assert writer.append([callback("a", "a", "b")]) == [NEW]
    assert kept(reader) == ["a", "b"]


def test_quarantine_keeps_a_callback_once_and_counts_it(writer: Writer, reader: Reader) -> None:
    assert writer.append([unreadable("x"), callback("a"), unreadable("x", at=LATE)]) == [NEW] * 3

    (item,) = reader.quarantine(10)
    assert (item.id, item.seen, item.received_at, item.last_seen) == (
        identity("x"), 2, unreadable("x").received_at, LATE,
    )  # fmt: skip
    assert (item.reason, item.detail) == (Reason.MALFORMED_XML, "line 1")
    assert reader.quarantined_raw(item.id) == (b"[]", b"x", "token")
    assert kept(reader) == ["a"]


def test_nothing_to_append_is_nothing(writer: Writer, reader: Reader) -> None:
    assert writer.append([]) == []
    assert reader.head() == 0


@pytest.mark.parametrize("other", [callback("b"), callback("b", "c"), unreadable("b")])
def test_an_entry_that_cannot_be_stored_takes_its_batch_with_it(
    writer: Writer, reader: Reader, other: Entry
) -> None:
    """It is a bug of ours, not of the journal's: no Busy, and nothing kept in part."""
    wrong = structs.replace(callback("x"), received_at=None)

    with pytest.raises(sqlite3.IntegrityError):
        writer.append([callback("a"), other, wrong])

    assert kept(reader) == []
    assert reader.quarantine(10) == []
    assert writer.append([callback("a")]) == [NEW]


def test_the_file_is_the_owners_only(writer: Writer, path: Path) -> None:
    writer.append([callback("a")])

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == dict.fromkeys(
        ["journal.db", "journal.db-shm", "journal.db-turn", "journal.db-wal"], 0o600
    )


def test_a_full_journal_refuses_whole_batches_until_something_is_deleted(path: Path) -> None:
    body, max_size = bytes(20_000), 1 << 20
    with (
        Writer(path, max_size=max_size) as writer,
        Reader(path) as reader,
        Upkeep(path, max_size=max_size) as upkeep,
    ):
        batches = [[callback(f"{n}", f"{n}b", body=body), callback(f"{n}c")] for n in range(99)]
        with pytest.raises(Busy) as full:
            append_each(writer, batches, upkeep)
        assert full.value.reason is Reason.JOURNAL_FULL
        assert reader.count() % 3 == 0
        batch = batches[reader.count() // 3]
        with pytest.raises(Busy) as still:
            writer.probe()
        assert still.value.reason is Reason.JOURNAL_FULL

        assert upkeep.retain(LATE, []) > 0
        upkeep.checkpoint()
        writer.probe()
        assert writer.append(batch) == [NEW, NEW]
        upkeep.checkpoint()
        assert reader.size() <= max_size


def test_a_journal_is_filled_by_its_writers_alone(path: Path) -> None:
    """They write the WAL back when it is what fills the room, and stay within `max_size`."""
    max_size = 1 << 20
    with (
        Writer(path, max_size=max_size) as one,
        Writer(path, max_size=max_size) as other,
        Reader(path) as reader,
    ):
        sizes: list[int] = []

        def fill() -> None:
            for number, writer in enumerate(cycle([one, other])):
                writer.append([callback(f"{number}", body=bytes(1_500))])
                sizes.append(reader.size())

        with pytest.raises(Busy) as full:
            fill()
        assert full.value.reason is Reason.JOURNAL_FULL
        assert reader.fill(max_size) > 0.98
        assert max(sizes) <= max_size
        assert sum(after < before for before, after in pairwise(sizes)) > 3, "written back"


def test_a_batch_that_would_not_fit_beside_its_log_is_refused(path: Path) -> None:
    """As large as the WAL has room for it is taken."""
    max_size = 4 << 20
    with Writer(path, max_size=max_size) as writer, Reader(path) as reader:
        batch = [callback(f"{n}", body=bytes(50_000)) for n in range(60)]
        with pytest.raises(Busy, match="max_size is full"):
            writer.append(batch)
        assert reader.count() == 0
        assert writer.append(batch[:20]) == [NEW] * 20
        assert reader.size() <= max_size


def test_a_wal_that_a_reader_holds_fills_the_journal_too(path: Path) -> None:
    """Until that reader has gone; then the WAL is emptied, without a restart."""
    max_size = 1 << 20
    with (
        Writer(path, max_size=max_size) as writer,
        Reader(path) as reader,
        Upkeep(path, max_size=max_size) as upkeep,
        closing(sqlite3.connect(path)) as slow,
    ):
        slow.execute("BEGIN")
        slow.execute("SELECT count(*) FROM events").fetchone()
        batches = [[callback(f"{n % 2}", f"{n}", body=bytes(9_000))] for n in range(200)]
        with pytest.raises(Busy, match="max_size is full") as full:
            append_each(writer, batches, upkeep)
        assert full.value.reason is Reason.JOURNAL_FULL
        assert max_size / 2 < reader.size() <= max_size

        slow.execute("ROLLBACK")
        upkeep.checkpoint()

        assert writer.append([callback("after")]) == [NEW]
        assert reader.size() < max_size


def test_a_callback_leaves_the_quarantine_for_the_journal_once(
    writer: Writer, reader: Reader
) -> None:
    """Its events and its mark are one commit; its raw bytes are those of the events."""
    writer.append([unreadable("x"), callback("a")])
    entry = callback("of x", "too", body=b"<redacted/>")

    assert writer.resolve(identity("x"), entry, at=LATE) == NEW
    assert writer.resolve(identity("x"), entry, at=LATE) is None

    assert kept(reader) == ["a", "of x", "too"]
    assert reader.raw(3).body == b"<redacted/>"
    assert reader.quarantine(10) == []
    found = reader.quarantined(identity("x"))
    assert found is not None
    assert (found.resolution, found.resolved_at) == ("retried", LATE)
    assert reader.quarantined_raw(identity("x")) == (b"[]", b"<redacted/>", "token")


def test_events_that_are_there_already_take_nothing_but_the_callback_out_of_quarantine(
    writer: Writer, reader: Reader
) -> None:
    writer.append([unreadable("x"), callback("a")])
    assert writer.resolve(identity("x"), callback("a"), at=LATE) == DUPLICATE
    assert kept(reader) == ["a"]
    assert reader.quarantine(10) == []


def test_what_cannot_be_stored_stays_in_quarantine(writer: Writer, reader: Reader) -> None:
    writer.append([unreadable("x")])
    wrong = structs.replace(callback("of x"), received_at=None)
    with pytest.raises(sqlite3.IntegrityError):
        writer.resolve(identity("x"), wrong, at=LATE)
    assert len(reader.quarantine(10)) == 1
    assert writer.resolve(identity("unknown"), callback("a"), at=LATE) is None
    assert kept(reader) == []


def test_a_commit_waits_for_the_disk(writer: Writer) -> None:
    """Only a power loss would show it otherwise."""
    (level,) = writer._journal.db.execute("PRAGMA synchronous").fetchone()  # noqa: SLF001
    assert level == 2, "FULL"


def test_the_probe_leaves_nothing(writer: Writer, reader: Reader) -> None:
    writer.probe()

    assert reader.quarantine(10) == []
    assert reader.head() == 0
