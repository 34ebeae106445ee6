"""A path → an open connection to a journal of the current schema, or one error that names the file.

WAL, so that readers and the writer never wait for each other. A connection serves one thread at a
time; any number of processes may have one.
"""

import os
import sqlite3
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from gateway.journal.errors import naming
from gateway.journal.schema import migrate

PAGE_SIZE: Final = 4096
BUSY_SECONDS: Final = 2.0
"""How long to wait for another process's transaction."""


def connect(path: Path, pragmas: Iterable[str]) -> sqlite3.Connection:
    """Open the journal, creating file and folders where there are none; only the owner reads it.

    Raises JournalError.
    """
    with naming(path):
        _create(path)
        db = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            db.execute(f"PRAGMA page_size = {PAGE_SIZE}")
            _use_wal(db)
            for pragma in ("secure_delete = OFF", *pragmas):  # Debian's SQLite has it on
                db.execute(f"PRAGMA {pragma}")
            migrate(db)
        except BaseException:
            db.close()
            raise
    return db


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # An existing file is not opened here: closing it would drop the locks that SQLite holds on it
    # for this process (https://www.sqlite.org/howtocorrupt.html, 2.2).
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _use_wal(db: sqlite3.Connection) -> None:
    # SQLite does not wait for its turn when several processes turn a new file to WAL at once.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            break
    if mode != "wal":
        raise sqlite3.OperationalError("its file system does not allow SQLite's WAL")
