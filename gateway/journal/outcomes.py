"""What has been counted of the journal's events, beside how far: each event once, for good.

Whoever counts is a reader with a position, like a route, and its figures move in one transaction
with that position. So they go on exactly where they were after a restart or a kill, and a replay
is nothing to them. The transaction is on the disk before anybody can read it: not even a loss of
power takes a figure back that was told.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, Self

from gateway.core.model import Record
from gateway.journal.connection import SMALL_CACHE, Connection
from gateway.journal.errors import naming
from gateway.journal.rows import RECORD_COLUMNS, record

COUNTER: Final = "(outcomes)"
"""Its name among the positions: no route can be called so."""

Figure = tuple[str, ...]
"""What is counted: a name and the values of its labels."""

_READ: Final = f"SELECT {RECORD_COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
_POSITION: Final = "SELECT seq FROM positions WHERE route = ?"
_ADVANCE: Final = """
    INSERT INTO positions (route, seq, updated)
    VALUES (:route, :to, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    ON CONFLICT (route) DO UPDATE SET seq = excluded.seq, updated = excluded.updated
    WHERE positions.seq = :seen
"""
_ADD: Final = """
    INSERT INTO figures (figure, value) VALUES (?, ?)
    ON CONFLICT (figure) DO UPDATE SET value = value + excluded.value
"""
_RAISE: Final = """
    INSERT INTO figures (figure, value) VALUES (?, ?)
    ON CONFLICT (figure) DO UPDATE SET value = max(value, excluded.value)
"""
FIGURES: Final = "SELECT figure, value FROM figures"
_QUARANTINED: Final = "SELECT source, max(last_seen) FROM quarantine GROUP BY source"


class Outcomes:
    """For one thread at a time. Every method raises JournalError when the file does not answer."""

    def __init__(self, path: Path) -> None:
        """Open or create the journal. Raises JournalError."""
        self._journal = Connection(
            path, ("synchronous = FULL", "wal_autocheckpoint = 0", SMALL_CACHE)
        )
        self._seen = 0

    def read(self, limit: int) -> Iterator[Record]:
        """The next events that are not counted, in order and at most `limit`; one at a time, as
        together they may be large."""
        with naming(self._journal.path):
            found = self._journal.db.execute(_POSITION, (COUNTER,)).fetchone()
            self._seen = found[0] if found else 0
            with closing(self._journal.db.execute(_READ, (self._seen, limit))) as rows:
                yield from map(record, rows)

    def keep(self, to: int, added: Mapping[Figure, float], raised: Mapping[Figure, float]) -> bool:
        """All up to number `to` is counted: add to figures, and raise those that were lower.

        False, and nothing is kept, where somebody else has counted since the last `read`.
        """
        values = {"route": COUNTER, "to": to, "seen": self._seen}
        with naming(self._journal.path), self._journal.transaction() as db:
            if not db.execute(_ADVANCE, values).rowcount:
                return False
            db.executemany(_ADD, _rows(added))
            db.executemany(_RAISE, _rows(raised))
            return True

    def figures(self) -> dict[Figure, float]:
        """Everything that was ever counted."""
        with naming(self._journal.path):
            return figures(self._journal.db.execute(FIGURES))

    def quarantined(self) -> dict[str, str]:
        """When each source was last heard of with what is in quarantine now."""
        with naming(self._journal.path):
            return dict(self._journal.db.execute(_QUARANTINED))

    def close(self) -> None:
        """Nothing is lost without it."""
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def figures(rows: Iterable[tuple[str, float]]) -> dict[Figure, float]:
    """Of what `FIGURES` selects."""
    return {tuple(json.loads(figure)): value for figure, value in rows}


def _rows(figures: Mapping[Figure, float]) -> list[tuple[str, float]]:
    return [(json.dumps(figure), value) for figure, value in figures.items()]
