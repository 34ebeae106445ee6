"""What keeps the journal small: the WAL written back into the database, and old events deleted.

Run it beside the receivers, in a process or thread of its own, every second or so. It holds the
write lock for some milliseconds at a time, and a call ends soon.
"""

from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple, Self

from gateway.journal.connection import BUSY_SECONDS, PAGE_SIZE, Connection
from gateway.journal.errors import naming
from gateway.journal.space import LARGEST_WAL, wal_share

CHUNK: Final = 100
"""Events that one transaction deletes."""
_ROUNDS: Final = 5
_SHORT_SECONDS: Final = 0.02
RETAIN_SECONDS: Final = 0.25
"""How long one call of `retain` goes on."""

_OLDEST: Final = "SELECT seq, part, received_at FROM events ORDER BY seq"
_DROP: Final = "DELETE FROM events WHERE seq < ?"
_DROP_QUARANTINE: Final = """
    DELETE FROM quarantine
    WHERE seq IN (SELECT seq FROM quarantine WHERE last_seen < ? ORDER BY last_seen LIMIT ?)
"""
_REPLAYS: Final = "SELECT route, position FROM replays WHERE state = 'running'"
_DROP_REPLAYS: Final = "DELETE FROM replays WHERE state != 'running' AND started < ?"
_DROP_RANGES: Final = "DELETE FROM replay_ranges WHERE replay NOT IN (SELECT number FROM replays)"


class Wal(NamedTuple):
    """Pages in the WAL after a checkpoint, and how many of them are in the database as well."""

    pages: int
    written_back: int


class Upkeep:
    """For one thread at a time. Every method raises JournalError when the file does not answer."""

    def __init__(self, path: Path, *, max_size: int = 4 * LARGEST_WAL) -> None:
        """Open or create the journal; `max_size` is that of its writers. Raises JournalError."""
        self._share = wal_share(max_size)
        self._journal = Connection(path, ("synchronous = NORMAL", "wal_autocheckpoint = 0"))

    def checkpoint(self) -> Wal:
        """Write the WAL back; past half of its share also see to it that it starts anew, and past
        all of it that the file is emptied: to start anew alone takes a writer that has room.

        Only that last part holds up writers: for what they wrote since the round before, which is
        little, and for as long as a reader takes, at most 50 ms.
        """
        with naming(self._journal.path):
            wal = self._on_disk()
            is_too_large = self._journal.wal.stat().st_size > self._share
            if wal.pages * PAGE_SIZE <= self._share // 2 and not is_too_large:
                return wal
            wal = self._catch_up()
            if wal.written_back < wal.pages // 2:  # a long reader holds it, such as a backup
                return wal
            return self._start_anew("TRUNCATE" if is_too_large else "RESTART")

    def retain(self, before: str, routes: Collection[str]) -> int:
        """Delete some of what came before `before` (RFC 3339, UTC) and all `routes` have passed,
        with their replays.

        Returns how many events and callbacks in quarantine it deleted; 0 when there are no more.
        The callback of the newest event always stays: its number must not be given again.
        """
        deleted, end = 0, monotonic() + RETAIN_SECONDS
        while count := self._drop(before, routes):
            deleted += count
            if monotonic() > end:
                break
        return deleted

    def close(self) -> None:
        """Nothing is lost without it."""
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _write_back(self, mode: str) -> Wal:
        row = self._journal.db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        _busy, pages, written_back = row
        return Wal(pages, written_back)

    def _on_disk(self) -> Wal:
        """Write back. SQLite waits for the disk only where it has come to the end, and only then:
        a checkpoint that holds up writers would wait for all that was written before it."""
        wal = self._write_back("PASSIVE")
        if wal.written_back < wal.pages:
            self._journal.sync()
        return wal

    def _catch_up(self) -> Wal:
        """Until what came meanwhile takes hardly any time."""
        for _ in range(_ROUNDS):
            started = monotonic()
            wal = self._on_disk()
            if monotonic() - started < _SHORT_SECONDS:
                break
        return wal

    def _start_anew(self, mode: str) -> Wal:
        self._journal.db.execute("PRAGMA busy_timeout = 50")
        try:
            with self._journal.turn:
                return self._write_back(mode)
        finally:
            self._journal.db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")

    def _drop(self, before: str, routes: Collection[str]) -> int:
        with naming(self._journal.path), self._journal.transaction() as db:
            if db.execute(_DROP_REPLAYS, (before,)).rowcount:
                db.execute(_DROP_RANGES)
            events = db.execute(_DROP, (self._cut(before, self._passed(routes)),)).rowcount
            return events + db.execute(_DROP_QUARANTINE, (before, CHUNK)).rowcount

    def _passed(self, routes: Collection[str]) -> float:
        positions = dict(self._journal.db.execute("SELECT route, seq FROM positions"))
        passed = [positions.get(route, 0) for route in routes]
        passed += [seq for route, seq in self._journal.db.execute(_REPLAYS) if route in routes]
        return min(passed, default=float("inf"))

    def _cut(self, before: str, passed: float) -> int:
        """The number of the oldest event that stays: always the first of its callback."""
        cut = 0
        with closing(self._journal.db.execute(_OLDEST)) as rows:
            for count, (seq, part, received_at) in enumerate(rows):
                if part:
                    continue
                if seq - 1 > passed:
                    break
                cut = seq
                if received_at >= before or count >= CHUNK:
                    break
        return cut
