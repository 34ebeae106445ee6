"""Files and disks that do not do what they should."""

import itertools
import os
import resource
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import pytest

from gateway.core.errors import Busy, Reason
from gateway.journal import JournalError, Reader, Upkeep, Writer, care
from gateway.journal.errors import busy, is_final
from tests.cycles import without_collector
from tests.journal.entries import callback, entries
from tests.small_disk import small_disk

NOBODY = 65534
MIB = 1 << 20


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may write everywhere."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process can grow past it: a write then fails with EFBIG, an I/O error."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that other users can look into, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    with small_disk(tmp_path / "disk", mib=4) as folder:
        yield folder


def test_a_full_disk_is_told_at_once_and_used_again_when_it_has_room(disk: Path) -> None:
    """Without a new start, and nothing is kept in part."""
    path = disk / "journal.db"
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(2 * MIB))
    body = bytes(30_000)
    kept: list[str] = []
    refusals: list[tuple[Reason, float]] = []
    with Writer(path, max_size=64 * MIB) as writer, Upkeep(path, max_size=64 * MIB) as upkeep:
        while len(refusals) < 5:
            name, started = f"{len(kept)}", monotonic()
            try:
                writer.append([callback(name, f"{name}b", body=body)])
                kept += [name, f"{name}b"]
            except Busy as error:
                refusals.append((error.reason, monotonic() - started))
            with suppress(JournalError):  # no room for the database either
                upkeep.checkpoint()
        with pytest.raises(Busy):
            writer.probe()
        assert {reason for reason, _ in refusals} == {Reason.JOURNAL_FULL}
        assert min(seconds for _, seconds in refusals) < 0.05

        ballast.unlink()

        writer.probe()
        writer.append([callback("after", body=body)])
        upkeep.checkpoint()
    with Reader(path) as reader:
        records = reader.read(0, limit=1_000, max_bytes=64 * MIB)
    assert [record.event.json.decode().strip('"') for record in records] == [*kept, "after"]
    assert care.structure(path) == []


def test_what_a_full_disk_refuses_leaves_nothing(disk: Path) -> None:
    """No cycle: the receivers' collector comes so seldom that megabytes would wait for it."""
    (disk / "ballast").write_bytes(bytes(2 * MIB))
    with Writer(disk / "journal.db", max_size=64 * MIB) as writer:

        def append(name: str) -> Reason | None:
            try:
                writer.append([callback(name, body=bytes(30_000))])
            except Busy as error:
                return error.reason
            return None

        for number in itertools.count():
            if append(f"{number}"):
                break
        with without_collector():
            before = entries()
            assert [append(f"refused {number}") for number in range(3)] == [Reason.JOURNAL_FULL] * 3
            assert entries() == before


def test_a_folder_that_cannot_be_written_is_told_with_its_name(folder: Path) -> None:
    folder.chmod(0o555)
    path = folder / "journal.db"

    with unprivileged(), pytest.raises(JournalError, match="Permission denied") as told:
        Writer(path, max_size=MIB)

    assert str(path) in str(told.value)


def test_a_file_that_cannot_be_written_is_told_with_its_name(folder: Path) -> None:
    path = folder / "journal.db"
    Writer(path, max_size=MIB).close()
    folder.chmod(0o777)
    (folder / "journal.db-turn").chmod(0o666)
    path.chmod(0o444)

    with unprivileged(), pytest.raises(JournalError, match="cannot be written") as told:
        Writer(path, max_size=MIB)

    assert str(path) in str(told.value)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(JournalError, match=r"file/journal\.db"):
        Reader(tmp_path / "file" / "journal.db")


def test_a_file_that_is_no_journal_is_told_with_its_name(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1000)

    with pytest.raises(JournalError, match=r"journal\.db: file is not a database"):
        Writer(path, max_size=MIB)


def test_a_corrupt_page_is_told_and_not_taken_for_an_empty_journal(path: Path) -> None:
    with Writer(path, max_size=MIB) as writer:
        writer.append([callback(f"{number}", body=bytes(9_000)) for number in range(20)])
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(content)

    with Reader(path) as reader, pytest.raises(JournalError, match=r"journal\.db: .*malformed"):
        reader.read(0, limit=10, max_bytes=MIB)
    with Writer(path, max_size=MIB) as writer, pytest.raises(Busy, match=r"journal\.db") as told:
        writer.append([callback("a")])
    assert told.value.reason is Reason.JOURNAL_UNAVAILABLE


def test_a_torn_wal_leaves_a_beginning_of_the_log_and_nothing_else(
    path: Path, tmp_path: Path
) -> None:
    names = [f"{number}" for number in range(12)]
    torn = tmp_path / "torn.db"
    counts = []
    with Writer(path, max_size=MIB) as writer:
        for name in names:
            writer.append([callback(name, body=bytes(5_000))])
        wal = path.with_name("journal.db-wal").read_bytes()
        for size in range(0, len(wal) + 1, 5_003):
            torn.write_bytes(path.read_bytes())
            torn.with_name("torn.db-wal").write_bytes(wal[:size])
            with Reader(torn) as reader:
                records = reader.read(0, limit=100, max_bytes=MIB)
            counts.append(len(records))
            assert [record.event.json.decode().strip('"') for record in records] == names[
                : len(records)
            ]
            for file in tmp_path.glob("torn.db*"):
                file.unlink()
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] >= 11


def test_after_an_io_error_nothing_is_accepted_until_the_journal_is_opened_again(
    path: Path,
) -> None:
    """The kernel may report a second fsync as done although the first has lost data."""
    with Writer(path, max_size=MIB) as writer:
        writer.append([callback("before")])
        with largest_file(64 << 10), pytest.raises(Busy) as failed:
            writer.append([callback("large", body=bytes(100_000))])
        assert failed.value.reason is Reason.JOURNAL_UNAVAILABLE
        assert "nothing is accepted until the gateway is restarted" in str(failed.value)
        for attempt in (lambda: writer.append([callback("after")]), writer.probe):
            with pytest.raises(Busy) as refused:
                attempt()
            assert refused.value.reason is Reason.JOURNAL_UNAVAILABLE

    with Writer(path, max_size=MIB) as writer, Reader(path) as reader:
        writer.append([callback("after")])
        records = reader.read(0, limit=10, max_bytes=MIB)
        assert [record.event.json for record in records] == [b'"before"', b'"after"']


def test_a_journal_that_another_holds_too_long_is_unavailable_for_now(path: Path) -> None:
    with Writer(path, max_size=MIB) as writer:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy, match="locked") as told:
            writer.append([callback("a")])
        assert told.value.reason is Reason.JOURNAL_UNAVAILABLE
        other.execute("ROLLBACK")
        other.close()
        writer.append([callback("a")])


def failure(code: int) -> sqlite3.OperationalError:
    """As SQLite reports it."""
    error = sqlite3.OperationalError("told by SQLite")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "reason", "final"),
    [
        (sqlite3.SQLITE_FULL, Reason.JOURNAL_FULL, False),
        (sqlite3.SQLITE_IOERR_SHMSIZE, Reason.JOURNAL_FULL, False),
        (sqlite3.SQLITE_BUSY, Reason.JOURNAL_UNAVAILABLE, False),
        (sqlite3.SQLITE_READONLY, Reason.JOURNAL_UNAVAILABLE, False),
        (sqlite3.SQLITE_CORRUPT, Reason.JOURNAL_UNAVAILABLE, False),
        (sqlite3.SQLITE_IOERR_FSYNC, Reason.JOURNAL_UNAVAILABLE, True),
        (sqlite3.SQLITE_IOERR_WRITE, Reason.JOURNAL_UNAVAILABLE, True),
    ],
)
def test_what_an_error_of_sqlite_means(code: int, reason: Reason, final: bool) -> None:  # noqa: FBT001
    answer = busy(Path("journal.db"), failure(code))

    assert answer is not None
    assert answer.reason is reason
    assert is_final(failure(code)) is final
