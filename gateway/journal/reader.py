"""The journal → records in order, raw bytes, figures; and each route's position in it.

A position is moved without waiting for the disk: a power loss may move it back, and the events
between are then delivered once more, under the same ids.
"""

from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from gateway.core.errors import Reason
from gateway.core.model import Event, Record
from gateway.journal.connection import Connection
from gateway.journal.errors import JournalError, naming

_RECORD: Final = "seq, received_at, id, source, type, subject, tag, outcome, event"
_READ: Final = f"SELECT {_RECORD} FROM events WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
_NEWEST: Final = f"SELECT {_RECORD} FROM events ORDER BY seq DESC LIMIT ?"  # noqa: S608
_FIND: Final = f"SELECT {_RECORD} FROM events WHERE id = ?"  # noqa: S608
_HEAD: Final = "SELECT coalesce(max(seq), 0) FROM events"
_COUNT: Final = """
    SELECT coalesce((SELECT max(seq) FROM events) - (SELECT min(seq) FROM events) + 1, 0)
"""
_RAW: Final = """
    SELECT first.headers, first.body, this.verified_by
    FROM events AS this JOIN events AS first ON first.seq = this.seq - this.part
    WHERE this.seq = ?
"""
_ADVANCE: Final = """
    INSERT INTO positions (route, seq, updated)
    VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    ON CONFLICT (route) DO UPDATE SET seq = excluded.seq, updated = excluded.updated
"""
_QUARANTINED: Final = "id, source, received_at, last_seen, seen, reason, detail, verified_by"
_QUARANTINE: Final = f"""
    SELECT {_QUARANTINED} FROM quarantine ORDER BY seq DESC LIMIT ?
"""  # noqa: S608
_FIND_QUARANTINED: Final = f"SELECT {_QUARANTINED} FROM quarantine WHERE id = ?"  # noqa: S608
_RAW_QUARANTINED: Final = "SELECT headers, body, verified_by FROM quarantine WHERE id = ?"


class Raw(NamedTuple):
    """What arrived. `headers`: JSON array of [name, value], secrets removed."""

    headers: bytes
    body: bytes
    verified_by: str


class Quarantined(NamedTuple):
    """A callback that could not become events; `seen` times since `received_at`."""

    id: str
    source: str
    received_at: str
    last_seen: str
    seen: int
    reason: Reason
    detail: str
    verified_by: str


class Reader:
    """For one thread at a time. Every method raises JournalError when the file does not answer."""

    def __init__(self, path: Path) -> None:
        """Open or create the journal. Raises JournalError."""
        self._path = path
        self._journal = Connection(path, ("synchronous = NORMAL", "wal_autocheckpoint = 0"))

    def read(self, after: int, *, limit: int, max_bytes: int) -> list[Record]:
        """Records numbered above `after`, in order: at most `limit` and `max_bytes` of JSON, but
        one where there is one."""
        records: list[Record] = []
        size = 0
        with naming(self._path), closing(self._journal.db.execute(_READ, (after, limit))) as rows:
            for row in rows:
                record = _record(row)
                size += len(record.event.json)
                if records and size > max_bytes:
                    break
                records.append(record)
        return records

    def newest(self, limit: int) -> list[Record]:
        """The newest `limit` records, oldest first."""
        return [_record(row) for row in reversed(self._rows(_NEWEST, limit))]

    def find(self, event_id: str) -> Record | None:
        """The record of an event."""
        return next((_record(row) for row in self._rows(_FIND, _key(event_id))), None)

    def raw(self, seq: int) -> Raw:
        """The callback that an event came with. Raises JournalError when it is no longer kept."""
        for row in self._rows(_RAW, seq):
            return Raw(*row)
        raise JournalError(f"journal {self._path}: event number {seq} is not kept")

    def head(self) -> int:
        """The highest number; 0 for an empty journal."""
        return self._number(_HEAD)

    def count(self) -> int:
        """How many events are kept."""
        return self._number(_COUNT)

    def size(self) -> int:
        """Bytes on the disk, of the database and its write-ahead log."""
        with naming(self._path):
            files = (self._path, self._journal.wal)
            return sum(file.stat().st_size for file in files if file.exists())

    def position(self, route: str) -> int:
        """The last number that a route is done with; 0 for a route that has never moved."""
        return self.positions().get(route, 0)

    def positions(self) -> dict[str, int]:
        """Every route that has ever moved."""
        return dict(self._rows("SELECT route, seq FROM positions"))

    def advance(self, route: str, seq: int) -> None:
        """Set a route's position, also backwards."""
        with naming(self._path), self._journal.transaction() as db:
            db.execute(_ADVANCE, (route, seq))

    def quarantine(self, limit: int) -> list[Quarantined]:
        """The newest `limit` callbacks in quarantine, oldest first."""
        return [_quarantined(row) for row in reversed(self._rows(_QUARANTINE, limit))]

    def quarantined(self, quarantine_id: str) -> Quarantined | None:
        """One callback in quarantine."""
        rows = self._rows(_FIND_QUARANTINED, _key(quarantine_id))
        return next(map(_quarantined, rows), None)

    def quarantined_raw(self, quarantine_id: str) -> Raw | None:
        """What arrived for a callback in quarantine."""
        return next((Raw(*row) for row in self._rows(_RAW_QUARANTINED, _key(quarantine_id))), None)

    def close(self) -> None:
        """Nothing is lost without it."""
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _rows(self, query: str, *values: bytes | int | str) -> list[tuple[Any, ...]]:
        with naming(self._path):
            return self._journal.db.execute(query, values).fetchall()

    def _number(self, query: str) -> int:
        return int(self._rows(query)[0][0])


def _key(text: str) -> bytes:
    """An id as it is stored; of anything else, an id that nothing has."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _record(row: tuple[Any, ...]) -> Record:
    seq, received_at, event_id, source, kind, subject, tag, outcome, json = row
    event = Event(event_id.hex(), source, kind, subject, tag, outcome, json)
    return Record(seq, received_at, event)


def _quarantined(row: tuple[Any, ...]) -> Quarantined:
    quarantine_id, source, received_at, last_seen, seen, reason, *rest = row
    return Quarantined(
        quarantine_id.hex(), source, received_at, last_seen, seen, Reason(reason), *rest
    )
