"""What an operator does with a journal as a file: check it, copy it, give unused space back.

Each takes as long as the file is large; `step` is told how far it is.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from gateway.journal.connection import Connection
from gateway.journal.errors import JournalError, naming

Step = Callable[[int, int], None]
"""Told how much is done, of how much."""

_PAGES: Final = 2_000
"""Of a copy, between two steps."""
_ROWS: Final = 1_000
_MOST_FAULTS: Final = 100
_BOUNDS: Final = "SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) FROM events"
_EVENTS: Final = """
    SELECT seq, part, id, event, headers IS NULL, body IS NULL FROM events
    WHERE seq >= ? ORDER BY seq LIMIT ?
"""


class Sizes(NamedTuple):
    """Bytes on the disk."""

    before: int
    after: int


def structure(path: Path) -> list[str]:
    """What SQLite finds wrong with the file: its pages, tables and indexes; empty when nothing.

    Raises JournalError when it cannot be read at all.
    """
    with closing(Connection(path, ())) as journal, naming(path):
        try:
            rows = journal.db.execute(f"PRAGMA integrity_check({_MOST_FAULTS})").fetchall()
        except sqlite3.DatabaseError as error:
            return [str(error)]
    return [text for (text,) in rows if text != "ok"]


def contents(path: Path, step: Step) -> Iterator[str]:
    """What is wrong with the events: a gap in the numbers, raw bytes that are missing, JSON that is
    broken or another event's. Raises JournalError."""
    with closing(Connection(path, ())) as journal, naming(path):
        ((first, last),) = journal.db.execute(_BOUNDS)
        expected = first
        while rows := journal.db.execute(_EVENTS, (expected, _ROWS)).fetchall():
            for row in rows:
                if row[0] != expected:
                    yield f"events {expected} to {row[0] - 1} are missing"
                expected = row[0] + 1
                yield from _faults(row)
            step(expected - first, last - first + 1)


def _faults(row: tuple[int, int, bytes, bytes, int, int]) -> Iterator[str]:
    seq, part, key, event, no_headers, no_body = row
    if not part and (no_headers or no_body):
        yield f"event {seq}: the callback it came with is missing"
    if not _is_event(event, key.hex()):
        yield f"event {seq}: its JSON is not that of the event {key.hex()}"


def _is_event(json: bytes, event_id: str) -> bool:
    try:
        event = orjson.loads(json)
    except orjson.JSONDecodeError:
        return False
    return isinstance(event, dict) and event.get("id") == event_id


def copy(path: Path, target: Path, step: Step) -> int:
    """A consistent copy of the journal as it is now, also while it is written to; its bytes.

    The copy appears when it is whole and on the disk. As long as it takes, the WAL cannot start
    anew. Raises JournalError, also when `target` is there already.
    """
    part = target.with_name(target.name + ".part")
    if target.exists():
        raise JournalError(f"backup {target}: is there already, and is not overwritten")
    with naming(target):
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _copy(path, part, step)
        with naming(target):
            os.link(part, target)  # unlike a rename it replaces nothing
    finally:
        part.unlink()
    return target.stat().st_size


def _copy(path: Path, part: Path, step: Step) -> None:
    with closing(Connection(path, ())) as journal, naming(path):
        journal.db.execute("BEGIN")  # else each change would make the copy start over
        journal.db.execute(_BOUNDS).fetchone()
        with naming(part), closing(sqlite3.connect(part)) as db:
            journal.db.backup(
                db, pages=_PAGES, progress=lambda _status, left, all_: step(all_ - left, all_)
            )
        journal.db.execute("ROLLBACK")
    with naming(part), part.open("rb") as file:
        os.fsync(file)


def compact(path: Path) -> Sizes:
    """Give unused pages back to the file system. Raises JournalError, also when any other process
    has the journal open: it would wait for as long as this takes.

    Needs free space of twice the size that is in use.
    """
    with closing(Connection(path, ())) as journal, naming(path):
        before = path.stat().st_size + journal.wal.stat().st_size
        try:
            journal.db.execute("PRAGMA locking_mode = EXCLUSIVE")
            journal.db.execute("PRAGMA busy_timeout = 0")
            journal.db.execute("PRAGMA journal_mode = DELETE")  # takes that nobody else has it open
        except sqlite3.OperationalError as error:
            raise JournalError(
                f"journal {path}: another process has it open: stop the gateway first"
            ) from error
        journal.db.execute("VACUUM")
        journal.db.execute("PRAGMA journal_mode = WAL")
    return Sizes(before, path.stat().st_size)
