"""Older, newer and foreign files."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.journal import JournalError, Reader, Writer
from gateway.journal.schema import VERSION
from tests.journal.entries import callback


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
