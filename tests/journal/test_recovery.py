"""What a crash leaves is recovered without a word; what a failing disk leaves is told."""

from pathlib import Path

import pytest

from gateway.journal import JournalError, Reader, Upkeep, Writer
from gateway.journal.recovery import damage
from tests.journal.entries import callback

NOW = "2026-01-01"
FRAME = 24 + 4096


@pytest.fixture
def crashed(path: Path, tmp_path: Path) -> Path:
    """A copy of a journal of ten commits, as if its processes had been killed."""
    copy = tmp_path / "copy.db"
    with Writer(path, max_size=1 << 30) as writer:
        for number in range(10):
            writer.append([callback(f"{number}", body=bytes(9_000))])
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            copy.with_name(copy.name + suffix).write_bytes(source.read_bytes())
    return copy


def wal(path: Path) -> Path:
    """Its write-ahead log."""
    return path.with_name(path.name + "-wal")


def flip(path: Path, offset: int) -> None:
    """Change one bit."""
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


def count(path: Path) -> int:
    """How many events it has."""
    with Reader(path) as reader:
        return reader.count()


def test_a_crash_is_no_damage(crashed: Path) -> None:
    assert damage(crashed, now=NOW) is None
    assert count(crashed) == 10


@pytest.mark.parametrize("missing", [1, FRAME - 1, FRAME, 2 * FRAME])
def test_neither_is_a_last_commit_that_was_not_written_to_its_end(
    crashed: Path, missing: int
) -> None:
    """It had no receipt yet."""
    content = wal(crashed).read_bytes()
    wal(crashed).write_bytes(content[:-missing])
    assert damage(crashed, now=NOW) is None
    assert count(crashed) == 9


def test_a_commit_that_others_follow_is_missed(crashed: Path) -> None:
    """Nothing of the log is thrown away: a copy has all of it."""
    flip(wal(crashed), wal(crashed).stat().st_size // 2)
    before = wal(crashed).read_bytes()

    told = damage(crashed, now=NOW)

    assert told is not None
    assert told.startswith(f"journal {crashed}: its write-ahead log is damaged, ")
    copy = wal(crashed).with_name("copy.db-wal.damaged-2026-01-01")
    assert str(copy) in told
    assert copy.read_bytes() == before
    assert 2 < count(crashed) < 8


def test_a_log_that_has_started_anew_is_well(crashed: Path, path: Path) -> None:
    """Behind its newest pages stand those of its earlier life, which are in the database."""
    with Writer(path, max_size=1 << 20) as writer, Upkeep(path, max_size=1 << 20) as upkeep:
        for number in range(40):
            writer.append([callback(f"{number}", body=bytes(9_000))])
        upkeep.checkpoint()
        writer.append([callback("last")])
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            crashed.with_name(crashed.name + suffix).write_bytes(source.read_bytes())
    assert damage(crashed, now=NOW) is None
    assert count(crashed) == 41


def test_a_new_journal_is_well(path: Path) -> None:
    assert damage(path, now=NOW) is None
    assert not path.exists()


def test_a_journal_cut_off_is_told_with_what_to_do(path: Path) -> None:
    """SQLite knows how long it must be."""
    with Writer(path, max_size=1 << 30) as writer:
        writer.append([callback(f"{number}", body=bytes(9_000)) for number in range(10)])
    path.write_bytes(path.read_bytes()[: 1 << 14])
    wal(path).touch()

    with pytest.raises(JournalError, match=r"malformed; keep the file .* `gateway journal verify`"):
        damage(path, now=NOW)
