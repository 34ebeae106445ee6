"""`max_size` → how much of it the database may take and how much its write-ahead log.

Neither is ever more than its share but for a while: the WAL grows past its own while a reader
holds it, or before somebody writes it back, as long as database and WAL together fit. `Upkeep` does
that in time where there is much room; where there is little, a writer does, before it refuses.
"""

import os
from collections.abc import Sequence
from time import monotonic, sleep
from typing import Final

from gateway.core.model import Entry
from gateway.journal.connection import BUSY_SECONDS, PAGE_SIZE, Connection

LARGEST_WAL: Final = 128 << 20
"""Bytes. A large WAL that is used again costs less than one that grows."""


_LARGEST_COST: Final = 16 << 20
"""Bytes that a commit adds, but for callbacks as large as few configurations allow."""
_ROWS_PAGES: Final = 8
"""Of a commit, and of the supervisor's beside it; two more for each event, whose id may split one,
and what its payload fills."""
_READERS_MS: Final = 50
"""How long a checkpoint waits for readers."""
_PATIENCE: Final = 0.25
"""Seconds for a checkpoint of another, and until one that was in vain is tried again."""


def wal_share(max_size: int) -> int:
    """Bytes that are the WAL's."""
    return min(LARGEST_WAL, max_size // 4)


def database_pages(max_size: int) -> int:
    """What the database may have."""
    return max(1, (max_size - wal_share(max_size)) // PAGE_SIZE)


def cost(entries: Sequence[Entry]) -> int:
    """Bytes that a commit of them adds at the most: new pages stand in the WAL, and later in the
    database as well."""
    payload = events = 0
    for entry in entries:
        payload += len(entry.body) + len(entry.headers)
        for event in entry.events:
            payload += len(event.json)
            events += 1
    return 2 * payload + (2 * max(events, len(entries)) + _ROWS_PAGES) * PAGE_SIZE


class Space:
    """Of an open journal, for who has the turn to write: what is asked holds until it is over."""

    def __init__(self, journal: Connection, max_size: int) -> None:
        """Raises OSError when there is no WAL: the database must have been read from before."""
        self._journal = journal
        self._max_size = max_size
        self._share = wal_share(max_size)
        self._calm = self._share - _LARGEST_COST
        self._in_vain_until = 0.0
        # Of the WAL no descriptor holds a lock, unlike of the database: it may be closed.
        self._wal = os.open(journal.wal, os.O_RDONLY)

    def has_room(self, entries: Sequence[Entry], *, payload: int = 0) -> bool:
        """Whether a commit of them, and of `payload` bytes, keeps the WAL within its share, or the
        database with all that the WAL has for it within `max_size`; but what the database may not
        have SQLite refuses by itself. Costs 0.3 µs while the WAL is well within its share."""
        wal = os.lseek(self._wal, 0, os.SEEK_END)
        if wal < self._calm:
            return True
        after = wal + cost(entries) + 2 * payload
        if after <= self._share:
            return True
        (pages,) = self._journal.db.execute("PRAGMA page_count").fetchone()
        return bool(pages * PAGE_SIZE + after <= self._max_size)

    def write_back(self) -> None:
        """Write the WAL into the database and empty it, unless a reader holds it, or it is so large
        that others would wait for too long: then `Upkeep` does.

        Raises OSError and sqlite3.Error.
        """
        now = monotonic()
        if now < self._in_vain_until or os.lseek(self._wal, 0, os.SEEK_END) > LARGEST_WAL:
            return
        self._journal.db.execute(f"PRAGMA busy_timeout = {_READERS_MS}")
        try:
            while True:
                begun = monotonic()
                if not self._is_held():
                    break
                waited = monotonic()  # for a reader: who has had its time will not be quick
                if waited - begun > _READERS_MS / 2000 or waited - now > _PATIENCE:
                    self._in_vain_until = waited + _PATIENCE
                    break
                sleep(0.001)  # SQLite itself does not wait for a checkpoint of another process
        finally:
            self._journal.db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")

    def _is_held(self) -> bool:
        held, _, _ = self._journal.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return bool(held)

    def flush(self) -> None:
        """What stands in the WAL is on the disk when it returns. Raises OSError."""
        os.fsync(self._wal)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._wal)
