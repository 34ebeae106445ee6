"""The sender's attempts and what came back from Kafka → what was lost, repeated or out of order.

Pure but for the SQLite file that holds both, since they are too many for the memory, so that it can
be shown to find what it looks for. The gateway owes: every callback that was answered 200, under
the id that the answer gave and with the content that was sent; nothing that was never sent; and for
each key the order of its callbacks, both as they first came and as they last came, since a repeat
after a crash repeats a stretch.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from tests.chaos.ledger import Attempt
from tests.e2e.delivery import Delivered, inversions

SHOWN: Final = 20
"""So many of each thing that should not be there are told; all are counted."""

_SCHEMA: Final = """
    CREATE TABLE tried (key TEXT, number INTEGER, event TEXT, PRIMARY KEY (key, number))
        WITHOUT ROWID;
    CREATE TABLE records (place INTEGER PRIMARY KEY, key TEXT, number INTEGER, event TEXT,
                          is_whole INTEGER);
    CREATE INDEX by_event ON records (event);
    CREATE INDEX by_key ON records (key, place);
"""
_TRY: Final = """
    INSERT INTO tried VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET event = excluded.event WHERE excluded.event != ''
"""
_RECORD: Final = "INSERT INTO records (key, number, event, is_whole) VALUES (?, ?, ?, ?)"
_LOST: Final = """
    SELECT key, number, event FROM tried
    WHERE event != '' AND event NOT IN (SELECT event FROM records)
"""
_GHOSTS: Final = """
    SELECT key, number, event FROM records AS r
    WHERE NOT EXISTS (SELECT 1 FROM tried AS t WHERE t.key = r.key AND t.number = r.number)
"""
_ALTERED: Final = """
    SELECT r.key, r.number, r.event FROM records AS r JOIN tried AS t USING (key, number)
    WHERE NOT r.is_whole OR t.event NOT IN ('', r.event)
"""
_UNPROMISED: Final = """
    SELECT count(DISTINCT event) FROM records
    WHERE event NOT IN (SELECT event FROM tried WHERE event != '')
"""


class Record(NamedTuple):
    """What stood in a topic, and whether its content is what was sent."""

    delivered: Delivered
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Flaws:
    """How many there are, and the first of them."""

    count: int = 0
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """What a run comes to; of `lost`, `inversions`, `ghosts` and `altered` there may be none."""

    sent: int
    """Different callbacks."""
    accepted: int
    published: int
    """Different events that came back."""
    unpromised: int
    """Events that came back though no answer 200 was seen: allowed."""
    duplicates: int
    lost: Flaws = Flaws()
    inversions: Flaws = Flaws()
    """Keys."""
    ghosts: Flaws = Flaws()
    """Came back and were never sent."""
    altered: Flaws = Flaws()
    """Came back under another id than the sender was told, or with other content."""

    @property
    def is_good(self) -> bool:
        """Whether the gateway has kept its promises."""
        found = (self.lost, self.inversions, self.ghosts, self.altered)
        return not any(each.count for each in found)


class Books:
    """Both sides of a run, in `file`; from any thread, one at a time."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._db.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}")

    def enter_attempts(self, attempts: Iterable[Attempt]) -> None:
        """What the sender did."""
        self._enter(_TRY, ((each.key, each.number, each.event) for each in attempts))

    def enter_records(self, records: Iterable[Record]) -> None:
        """What came back; those of each key in the order of their offsets."""
        self._enter(_RECORD, ((r.key, r.number, r.event, whole) for r, whole in records))

    def account(self) -> Account:
        """Hold one against the other."""
        published = self._number("SELECT count(DISTINCT event) FROM records")
        return Account(
            sent=self._number("SELECT count(*) FROM tried"),
            accepted=self._number("SELECT count(*) FROM tried WHERE event != ''"),
            published=published,
            unpromised=self._number(_UNPROMISED),
            duplicates=self._number("SELECT count(*) FROM records") - published,
            lost=_flaws(self._rows(_LOST)),
            inversions=_flaws(self._inversions()),
            ghosts=_flaws(self._rows(_GHOSTS)),
            altered=_flaws(self._rows(_ALTERED)),
        )

    def close(self) -> None:
        """The file stays."""
        self._db.close()

    def _enter(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(statement, rows)
        self._db.execute("COMMIT")

    def _number(self, query: str) -> int:
        (number,) = self._db.execute(query).fetchone()
        return int(number)

    def _rows(self, query: str) -> Iterator[str]:
        with closing(self._db.execute(query)) as rows:
            yield from (f"{key} {number} {event}" for key, number, event in rows)

    def _inversions(self) -> Iterator[str]:
        query = "SELECT key, number, event FROM records ORDER BY key, place"
        with closing(self._db.execute(query)) as rows:
            for _key, records in groupby((Delivered(*row) for row in rows), lambda r: r.key):
                yield from (f"{key} {numbers}" for key, numbers in inversions(records).items())


def _flaws(found: Iterable[str]) -> Flaws:
    first: list[str] = []
    count = 0
    for count, each in enumerate(found, start=1):
        if count <= SHOWN:
            first.append(each)
    return Flaws(count, tuple(first))
