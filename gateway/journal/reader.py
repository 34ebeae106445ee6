"""The journal → records in order, raw bytes, figures; and each route's position in it.

A position is moved without waiting for the disk: a power loss may move it back, and the events
between are then delivered once more, under the same ids.
"""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from gateway.core.model import Record
from gateway.journal import outcomes, quarantine
from gateway.journal.connection import SMALL_CACHE, Connection
from gateway.journal.errors import JournalError, naming
from gateway.journal.outcomes import Figure
from gateway.journal.publications import KEPT
from gateway.journal.quarantine import Among, Quarantined, quarantined
from gateway.journal.rows import HEAD_COLUMNS, RECORD_COLUMNS, record, records
from gateway.journal.space import database_pages

_READ: Final = f"SELECT {RECORD_COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
_HEADS: Final = f"""
    SELECT {HEAD_COLUMNS} FROM events
    WHERE seq > ? AND seq <= ? AND received_at >= ? AND received_at < ? ORDER BY seq
"""  # noqa: S608
_NEWEST: Final = f"SELECT {RECORD_COLUMNS} FROM events ORDER BY seq DESC LIMIT ?"  # noqa: S608
_FIND: Final = f"SELECT {RECORD_COLUMNS} FROM events WHERE id = ?"  # noqa: S608
_HEAD: Final = "SELECT coalesce(max(seq), 0) FROM events"
_COUNT: Final = """
    SELECT coalesce((SELECT max(seq) FROM events) - (SELECT min(seq) FROM events) + 1, 0)
"""
_SINCE: Final = "SELECT seq FROM events WHERE received_at >= ? ORDER BY seq LIMIT 1"
_WAITING: Final = "SELECT seq, received_at FROM events WHERE seq > ? ORDER BY seq LIMIT 1"
_RAW: Final = """
    SELECT first.headers, first.body, this.verified_by
    FROM events AS this JOIN events AS first ON first.seq = this.seq - this.part
    WHERE this.seq = ?
"""
_ADVANCE: Final = """
    INSERT INTO positions (route, seq, updated)
    VALUES (:route, :seq, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    ON CONFLICT (route) DO UPDATE SET seq = excluded.seq, updated = excluded.updated
    WHERE :seen IS NULL OR positions.seq = :seen
"""
_ACKNOWLEDGED: Final = """
    WITH place AS (
        SELECT coalesce(max(seq), 0) AS seq, coalesce(max(replayed_to), 0) AS replayed_to
        FROM positions WHERE route = :route
    )
    SELECT publications.seq FROM place JOIN publications ON publications.seq > place.seq
    WHERE route = :route AND topic = :topic AND place.seq >= replayed_to
      AND place.seq >= (SELECT max(seq) FROM publications) - :kept
"""
_REPLAYED: Final = "SELECT replay, replayed_to FROM positions WHERE route = ?"


class Raw(NamedTuple):
    """What arrived. `headers`: JSON array of [name, value], secrets removed."""

    headers: bytes
    body: bytes
    verified_by: str


class Waiting(NamedTuple):
    """What a route has yet to pass."""

    events: int
    since: str
    """When the first of them was received; empty when there is none."""


class Reader:
    """For one thread at a time. Every method raises JournalError when the file does not answer."""

    def __init__(self, path: Path) -> None:
        """Open or create the journal. Raises JournalError."""
        self.path = path
        self._journal = Connection(
            path, ("synchronous = NORMAL", "wal_autocheckpoint = 0", SMALL_CACHE)
        )
        self._seen: dict[str, int] = {}

    def read(self, after: int, *, limit: int, max_bytes: int) -> list[Record]:
        """Records numbered above `after`, in order: at most `limit` and `max_bytes` of JSON, but
        one where there is one."""
        with naming(self.path), closing(self._journal.db.execute(_READ, (after, limit))) as rows:
            return records(rows, max_bytes)

    def heads(self, after: int, last: int, *, since: str, before: str) -> list[Record]:
        """Records numbered above `after`, up to `last`, that were received from `since` to before
        `before`; without the JSON of their events, which costs a tenth."""
        return [record(row) for row in self._rows(_HEADS, after, last, since, before)]

    def newest(self, limit: int) -> list[Record]:
        """The newest `limit` records, oldest first."""
        return [record(row) for row in reversed(self._rows(_NEWEST, limit))]

    def find(self, event_id: str) -> Record | None:
        """The record of an event."""
        return next((record(row) for row in self._rows(_FIND, _key(event_id))), None)

    def raw(self, seq: int) -> Raw:
        """The callback that an event came with. Raises JournalError when it is no longer kept."""
        for row in self._rows(_RAW, seq):
            return Raw(*row)
        raise JournalError(f"journal {self.path}: event number {seq} is not kept")

    def head(self) -> int:
        """The highest number; 0 for an empty journal."""
        return self._number(_HEAD)

    def count(self) -> int:
        """How many events are kept."""
        return self._number(_COUNT)

    def first_since(self, time: str) -> int | None:
        """The number of the first event that was received at `time` or later."""
        return next((int(seq) for (seq,) in self._rows(_SINCE, time)), None)

    def size(self) -> int:
        """Bytes on the disk, of the database and its write-ahead log."""
        with naming(self.path):
            files = (self.path, self._journal.wal)
            return sum(file.stat().st_size for file in files if file.exists())

    def fill(self, max_size: int) -> float:
        """How much of its room in a journal of `max_size` the database uses: 0 to 1.

        Its file is larger than that where events were deleted: it does not shrink.
        """
        used = self._number("PRAGMA page_count") - self._number("PRAGMA freelist_count")
        return used / database_pages(max_size)

    def position(self, route: str) -> int:
        """The last number that a route is done with; 0 for a route that has never moved."""
        self._seen[route] = position = self.positions().get(route, 0)
        return position

    def positions(self) -> dict[str, int]:
        """Every route that has ever moved."""
        return dict(self._rows("SELECT route, seq FROM positions"))

    def advance(self, route: str, seq: int) -> None:
        """Set a route's position, also backwards; not where another has moved it in the meantime,
        since `position` was asked here, as a rewind does."""
        values = {"route": route, "seq": seq, "seen": self._seen.get(route)}
        with naming(self.path), self._journal.transaction() as db:
            if db.execute(_ADVANCE, values).rowcount and route in self._seen:
                self._seen[route] = seq

    def acknowledged(self, route: str, topic: str) -> frozenset[int]:
        """Numbers beyond a route's position that were published to `topic` nevertheless.

        None where not all of them may be known, and none while the route passes again what its
        newest rewind is for: what goes out again goes in order, to the last.
        """
        values: dict[str, bytes | int | str] = {"route": route, "topic": topic, "kept": KEPT}
        return frozenset(seq for (seq,) in self._named(_ACKNOWLEDGED, values))

    def replayed(self, route: str) -> tuple[str, int]:
        """The id of a route's newest rewind, and the number up to which it passes again what it
        has passed before; ("", 0) for a route that was never rewound."""
        return next(((replay, int(last)) for replay, last in self._rows(_REPLAYED, route)), ("", 0))

    def waiting(self, position: int) -> Waiting:
        """What is still to be passed from a position."""
        for first, received_at in self._rows(_WAITING, position):
            return Waiting(self.head() - first + 1, received_at)
        return Waiting(0, "")

    def outcomes(self) -> dict[Figure, float]:
        """Everything that was ever counted of the events."""
        return outcomes.figures(self._rows(outcomes.FIGURES))

    def quarantine(self, limit: int, among: Among = Among()) -> list[Quarantined]:  # noqa: B008
        """The newest `limit` callbacks in quarantine, oldest first; all when it is negative."""
        rows = self._named(quarantine.NEWEST, {"limit": limit, **among._asdict()})
        return [quarantined(row) for row in reversed(rows)]

    def quarantine_ids(self, among: Among) -> list[str]:
        """The ids of all of them, oldest first; of what repeats a message with other events only
        where that reason is asked for, as whoever sent it may have had none of the secrets."""
        return [key.hex() for (key,) in self._named(quarantine.IDS, among._asdict())]

    def quarantine_count(self) -> int:
        """How many callbacks are in quarantine."""
        return self._number(quarantine.COUNT)

    def quarantined(self, quarantine_id: str) -> Quarantined | None:
        """One callback that is or was in quarantine."""
        rows = self._named(quarantine.FIND, {"id": _key(quarantine_id)})
        return next(map(quarantined, rows), None)

    def quarantined_raw(self, quarantine_id: str) -> Raw | None:
        """What arrived for a callback in quarantine."""
        rows = self._named(quarantine.RAW, {"id": _key(quarantine_id)})
        return next((Raw(*row) for row in rows), None)

    def discard(self, quarantine_id: str, *, at: str) -> bool:
        """Take a callback out of quarantine; its bytes stay until retention. False: it is not in
        quarantine, or has left it before."""
        values = {"id": _key(quarantine_id), "at": at}
        with naming(self.path), self._journal.transaction() as db:
            return db.execute(quarantine.DISCARD, values).rowcount == 1

    def close(self) -> None:
        """Nothing is lost without it."""
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _rows(self, query: str, *values: bytes | int | str) -> list[tuple[Any, ...]]:
        with naming(self.path):
            return self._journal.db.execute(query, values).fetchall()

    def _named(self, query: str, values: Mapping[str, bytes | int | str]) -> list[tuple[Any, ...]]:
        with naming(self.path):
            return self._journal.db.execute(query, values).fetchall()

    def _number(self, query: str) -> int:
        return int(self._rows(query)[0][0])


def _key(text: str) -> bytes:
    """An id as it is stored; of anything else, an id that nothing has."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
