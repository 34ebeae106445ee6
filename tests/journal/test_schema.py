"""Older, newer and foreign files."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
from msgspec import structs

from gateway.core.errors import Reason
from gateway.core.model import Receipt, Record
from gateway.journal import JournalError, Reader, Replays, Writer, require
from gateway.journal.rows import event_row, insertion
from gateway.journal.schema import MIGRATIONS, VERSION
from tests.journal.entries import LATE, callback, identity

NEW = Receipt(duplicate=False)
DUPLICATE = Receipt(duplicate=True)


@dataclass(frozen=True, slots=True)
class Old:
    """What an older journal has."""

    records: list[Record]


def old_schema(path: Path, number: int = 1) -> Old:
    """A journal as a gateway of that schema left it: three events, a route, a quarantine."""
    path.parent.mkdir()
    entries = [callback("a"), callback("b"), callback("c")]
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        for statement in chain.from_iterable(MIGRATIONS[:number]):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")
        db.execute(*insertion([event_row(each, each.events[0], 0) for each in entries]))
        db.execute("INSERT INTO positions (route, seq, updated) VALUES ('jobs', 2, ?)", (LATE,))
        db.execute(
            "INSERT INTO quarantine VALUES (1, ?, 'media', ?, ?, 1, 'schema', 'd', 'token', ?, ?)",
            (bytes.fromhex(identity("x")), LATE, LATE, b"[]", b"x"),
        )
    return Old(
        [
            Record(number, each.received_at, each.events[0])
            for number, each in enumerate(entries, start=1)
        ]
    )


def pragma(path: Path, text: str) -> object:
    """What SQLite answers."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(f"PRAGMA {text}").fetchone()[0]


def test_a_new_file_has_the_newest_schema(path: Path) -> None:
    Writer(path, max_size=1 << 20).close()

    assert pragma(path, "user_version") == VERSION
    assert pragma(path, "page_size") == 4096


def test_a_file_of_a_newer_gateway_is_not_touched(path: Path) -> None:
    Writer(path, max_size=1 << 20).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")

    with pytest.raises(JournalError, match=r"journal\.db: written by a newer gateway \(schema"):
        Reader(path)
    assert pragma(path, "user_version") == VERSION + 1


def test_a_database_of_something_else_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE events (day TEXT)")

    with pytest.raises(JournalError, match=r"journal\.db: table events already exists"):
        Writer(path, max_size=1 << 20)
    assert pragma(path, "user_version") == 0


def test_a_copy_made_without_wal_is_turned_back_to_it(path: Path) -> None:
    """`VACUUM INTO` makes such a file."""
    with Writer(path, max_size=1 << 20) as writer:
        writer.append([callback("a")])
    copy = path.with_name("copy.db")
    with closing(sqlite3.connect(path)) as db:
        db.execute("VACUUM INTO ?", (str(copy),))
    assert pragma(copy, "journal_mode") == "delete"

    with Reader(copy) as reader:
        assert reader.count() == 1
    assert pragma(copy, "journal_mode") == "wal"


@pytest.mark.parametrize("number", range(1, VERSION))
def test_a_journal_of_any_older_schema_goes_on(path: Path, number: int) -> None:
    """Its events, positions and quarantine are there, and what is new works on them."""
    old = old_schema(path, number)

    with Writer(path, max_size=1 << 30) as writer, Reader(path) as reader, Replays(path) as replays:
        assert reader.newest(10) == old.records
        assert reader.position("jobs") == 2
        (kept,) = reader.quarantine(10)
        assert kept.id == identity("x")
        assert writer.append([callback("a"), callback("new")]) == [DUPLICATE, NEW]
        assert writer.resolve(kept.id, callback("of x"), at=LATE) == NEW
        signed = [structs.replace(callback(name), message_id="m") for name in ("a", "other")]
        assert [each.quarantine is None for each in writer.append(signed)] == [True, False]
        (replayed,) = reader.quarantine(10)
        assert replayed.reason is Reason.REPLAYED
        assert reader.discard(replayed.id, at=LATE)
        assert replays.rewind("jobs", 1, replay="r", at=LATE)
        assert reader.quarantine(10) == []
        assert reader.replayed("jobs") == ("r", 2)
    assert pragma(path, "user_version") == VERSION
    assert pragma(path, "integrity_check") == "ok"


def test_who_only_looks_does_not_migrate(path: Path) -> None:
    """The older gateway may still run, and could not be started again."""
    old_schema(path)

    with pytest.raises(JournalError, match=r"older gateway \(schema 1 of \d\); `gateway serve`"):
        require(path)

    assert pragma(path, "user_version") == 1


def test_who_only_looks_makes_no_journal(path: Path) -> None:
    path.parent.mkdir()
    with pytest.raises(JournalError, match=r"journal\.db: there is none yet; `gateway serve`"):
        require(path)
    assert list(path.parent.iterdir()) == []
    path.touch()
    with pytest.raises(JournalError, match=r"journal\.db: is not begun"):
        require(path)
    assert [(each.name, each.stat().st_size) for each in path.parent.iterdir()] == [
        ("journal.db", 0)
    ]


def test_who_only_looks_finds_a_journal(path: Path) -> None:
    Writer(path, max_size=1 << 30).close()
    require(path)
