"""What keeps the journal small: the WAL written back into the database, and old events deleted.

Run it beside the receivers, in a process or thread of its own, every second or so. Each call does a
bounded piece, so that a receiver never waits long for the write lock.
"""

from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple, Self

from gateway.journal.connection import BUSY_SECONDS, PAGE_SIZE, connect
from gateway.journal.errors import naming
from gateway.journal.schema import transaction

LARGEST_WAL: Final = 64 << 20
"""Bytes of WAL from which on the next transaction must start it anew."""
CHUNK: Final = 200
"""Events that one call of `retain` deletes."""

_OLDEST: Final = "SELECT seq, part, received_at FROM events ORDER BY seq"
_DROP: Final = "DELETE FROM events WHERE seq < ?"
_DROP_QUARANTINE: Final = """
    DELETE FROM quarantine
    WHERE seq IN (SELECT seq FROM quarantine WHERE last_seen < ? ORDER BY last_seen LIMIT ?)
"""


class Wal(NamedTuple):
    """Pages in the WAL after a checkpoint, and how many of them are in the database as well."""

    pages: int
    written_back: int


class Upkeep:
    """For one thread at a time. Every method raises JournalError when the file does not answer."""

    def __init__(self, path: Path, *, largest_wal: int = LARGEST_WAL) -> None:
        """Open or create the journal. Raises JournalError."""
        self._path = path
        self._largest = largest_wal // PAGE_SIZE
        self._db = connect(path, ("synchronous = NORMAL", "wal_autocheckpoint = 0"))

    def checkpoint(self) -> Wal:
        """Write the WAL back; past `largest_wal` also see to it that it starts anew.

        Only that last part holds up writers: for what they wrote in the meantime, which after two
        rounds is little, and for as long as a reader takes, at most 50 ms.
        """
        with naming(self._path):
            wal = self._write_back("PASSIVE")
            if wal.pages <= self._largest:
                return wal
            self._write_back("PASSIVE")
            self._db.execute("PRAGMA busy_timeout = 50")
            try:
                return self._write_back("RESTART")
            finally:
                self._db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")

    def retain(self, before: str, routes: Collection[str]) -> int:
        """Delete some of what came before `before` (RFC 3339, UTC) and all `routes` have passed.

        Returns how many events and callbacks in quarantine it deleted; 0 when there are no more.
        The callback of the newest event always stays: its number must not be given again.
        """
        with naming(self._path), transaction(self._db):
            cut = self._cut(before, self._passed(routes))
            events = self._db.execute(_DROP, (cut,)).rowcount
            return events + self._db.execute(_DROP_QUARANTINE, (before, CHUNK)).rowcount

    def close(self) -> None:
        """Nothing is lost without it."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _write_back(self, mode: str) -> Wal:
        _busy, pages, written_back = self._db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        return Wal(pages, written_back)

    def _passed(self, routes: Collection[str]) -> float:
        positions = dict(self._db.execute("SELECT route, seq FROM positions"))
        return min((positions.get(route, 0) for route in routes), default=float("inf"))

    def _cut(self, before: str, passed: float) -> int:
        """The number of the oldest event that stays: always the first of its callback."""
        cut = 0
        with closing(self._db.execute(_OLDEST)) as rows:
            for count, (seq, part, received_at) in enumerate(rows):
                if part:
                    continue
                if seq - 1 > passed:
                    break
                cut = seq
                if received_at >= before or count >= CHUNK:
                    break
        return cut
