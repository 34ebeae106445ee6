"""A path → an open journal of the current schema, or one error that names the file.

WAL, so that readers and the writer never wait for each other. A connection serves one thread at a
time; any number of processes may have one.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from gateway.journal.errors import JournalError, naming
from gateway.journal.schema import VERSION, is_current, migrate, transaction, version
from gateway.journal.turn import Turn

PAGE_SIZE: Final = 4096
BUSY_SECONDS: Final = 2.0
"""How long SQLite waits for a lock."""
SMALL_CACHE: Final = "cache_size = -256"
"""KiB: for who reads on and on, and seldom the same page twice."""
_PRAGMAS: Final = (
    "secure_delete = OFF",  # Debian's SQLite has it on
    "cache_size = -1024",  # KiB: a process has several connections, and never gives it back
)


class Connection:
    """One connection to the journal, and its place in the queue of writers."""

    def __init__(self, path: Path, pragmas: Iterable[str]) -> None:
        """Open the journal; create its file, which only the owner may read, and folders if absent.

        Raises JournalError, also when the file cannot be written.
        """
        self.path = path
        self.wal = _wal(path)
        with naming(path), ExitStack() as opened:
            _create(path)
            self.turn = Turn(path)
            opened.callback(self.turn.close)
            self.db = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            opened.callback(self.db.close)
            _prepare(self.db, self.turn)
            for pragma in (*_PRAGMAS, *pragmas):
                self.db.execute(f"PRAGMA {pragma}")
            opened.pop_all()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing, when it is this process's turn."""
        with self.turn, transaction(self.db):
            yield self.db

    def sync(self) -> None:
        """What was written to the database is on the disk. Raises OSError."""
        # Through a descriptor that SQLite has: one of ours could never be closed, see `_create`.
        database = self.path.stat()
        for descriptor in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):  # that of this listing
                if os.path.samestat(descriptor.stat(), database):
                    os.fsync(int(descriptor.name))
                    return

    def close(self) -> None:
        """Nothing is lost without it."""
        self.db.close()
        self.turn.close()


def require(path: Path) -> None:
    """Raises JournalError unless there is a journal of the current schema; makes and changes none.

    For who only looks: `Connection` would make a new journal, or bring one up to date under an
    older gateway that runs.
    """
    with naming(path):
        if not path.exists():
            raise JournalError(f"journal {path}: there is none yet; `gateway serve` makes it")
        _assert_writable(path)
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as db:
            found = version(db)
    if found < VERSION:
        state = f"of an older gateway (schema {found} of {VERSION})" if found else "not begun"
        raise JournalError(f"journal {path}: is {state}; `gateway serve` brings it up to date")


@lru_cache(maxsize=8)
def _wal(path: Path) -> Path:
    """Made once: pathlib enters each name into a table of the process's that never shrinks."""
    return path.with_name(path.name + "-wal")


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # An existing file is not opened here: closing it would drop the locks that SQLite holds on it
    # for this process (https://www.sqlite.org/howtocorrupt.html, 2.2).
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    _assert_writable(path)


def _assert_writable(path: Path) -> None:
    """SQLite would tell at the first write, or of a file that it cannot open."""
    if (why := unwritable(path)) is not None:
        raise PermissionError(why)


def unwritable(path: Path) -> str | None:
    """Why the file cannot be written; None where it can. Who reads must too: readers have their
    places in a file beside it that they share."""
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return "its file system is read-only"
    if not os.access(path, os.W_OK, effective_ids=True):
        return "the file cannot be written"
    return None


def _prepare(db: sqlite3.Connection, turn: Turn) -> None:
    if _is_wal(db) and is_current(db):
        return
    with turn:
        db.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        db.execute("PRAGMA journal_mode = WAL")
        if not _is_wal(db):
            raise sqlite3.OperationalError("its file system does not allow SQLite's WAL")
        migrate(db)


def _is_wal(db: sqlite3.Connection) -> bool:
    (mode,) = db.execute("PRAGMA journal_mode").fetchone()
    return bool(mode == "wal")
