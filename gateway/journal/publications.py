"""Where events were published: topic, partition and offset, for who wants to look one up.

Kept for the newest numbers only, a row of some 60 bytes for each event and route. It is written
after Kafka's acknowledgement and before the position moves, so that what stands here is true; what
is missing may have been published all the same, before a crash or long ago. Of an event that was
published twice the last place stands here.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Self

from gateway.journal.connection import Connection
from gateway.journal.errors import naming

KEPT: Final = 100_000
"""Numbers up to the newest one."""

_ENTER: Final = """
    INSERT OR REPLACE INTO publications (seq, route, topic, partition, "offset")
    VALUES (?, ?, ?, ?, ?)
"""
_DROP: Final = "DELETE FROM publications WHERE seq <= (SELECT max(seq) FROM publications) - ?"
_FIND: Final = """
    SELECT route, topic, partition, "offset" FROM publications WHERE seq = ? ORDER BY route
"""

Batch = tuple[str, int, int, Sequence[int]]
"""A topic, a partition, an offset, and the numbers of the events from there on."""


class Published(NamedTuple):
    """Where one event is, on one route; the topic may be that of the dead letters."""

    route: str
    topic: str
    partition: int
    offset: int


class Publications:
    """For one thread at a time. Every method raises JournalError when the file does not answer."""

    def __init__(self, path: Path) -> None:
        """Open or create the journal. Raises JournalError."""
        self._journal = Connection(path, ("synchronous = NORMAL", "wal_autocheckpoint = 0"))

    def enter(self, published: Mapping[str, Sequence[Batch]]) -> None:
        """Keep where the events of each route went, all in one transaction."""
        rows = [
            (seq, route, topic, partition, offset + place)
            for route, batches in published.items()
            for topic, partition, offset, seqs in batches
            for place, seq in enumerate(seqs)
        ]
        with naming(self._journal.path), self._journal.transaction() as db:
            db.executemany(_ENTER, rows)
            db.execute(_DROP, (KEPT,))

    def of(self, seq: int) -> list[Published]:
        """Where the event with this number is, as far as that is kept."""
        with naming(self._journal.path):
            return [Published(*row) for row in self._journal.db.execute(_FIND, (seq,))]

    def close(self) -> None:
        """Nothing is lost without it."""
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
