"""What is published again: routes moved back, and replays of chosen events beside the routes.

A replay is a reader of some events of the journal on one route, with a position of its own, which
ends. Which events is decided when it begins and kept as ranges of their numbers; those it has
passed are forgotten.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from gateway.core.model import Record
from gateway.journal.connection import Connection
from gateway.journal.errors import naming
from gateway.journal.rows import RECORD_COLUMNS, records

_CHUNK: Final = 5_000
"""Ranges that one transaction adds or deletes: some 10 ms, for which receivers wait."""

Range = tuple[int, int]
"""The first and the last number."""

_REWIND: Final = """
    UPDATE positions
    SET replayed_to = max(replayed_to, seq), replay = :replay, seq = :to, updated = :at
    WHERE route = :route AND seq > :to
"""
_FORGET_ACKNOWLEDGED: Final = """
    DELETE FROM publications WHERE route = :route AND seq > (
        SELECT replayed_to FROM positions WHERE route = :route)
"""
_BEGIN: Final = """
    INSERT INTO replays (id, route, state, position, total, rate, started)
    VALUES (?, ?, 'preparing', 0, 0, ?, ?)
"""
_ADD: Final = "INSERT INTO replay_ranges (replay, first, last) VALUES (?, ?, ?)"
_RUN: Final = """
    UPDATE replays SET state = 'running',
        total = (SELECT coalesce(sum(last - first + 1), 0) FROM replay_ranges WHERE replay = number)
    WHERE number = ?
"""
_STATE: Final = "UPDATE replays SET state = ? WHERE number = ? AND state = 'running'"
_REPLAYS: Final = """
    SELECT number, id, route, state, position, total, rate, started,
        (SELECT coalesce(sum(last - max(first, position + 1) + 1), 0)
         FROM replay_ranges WHERE replay = number AND last > position)
    FROM replays
"""
_RUNNING: Final = f"{_REPLAYS} WHERE state = 'running' ORDER BY number"
_OF_ID: Final = f"{_REPLAYS} WHERE id = ? ORDER BY number"
_READ: Final = f"""
    SELECT {RECORD_COLUMNS} FROM replay_ranges AS range CROSS JOIN events
    WHERE range.replay = :replay AND range.last > :after
      AND events.seq > max(range.first - 1, :after) AND events.seq <= range.last
    ORDER BY range.last, events.seq LIMIT :limit
"""  # noqa: S608
_ADVANCE: Final = "UPDATE replays SET position = ? WHERE number = ? AND state = 'running'"
_FORGET: Final = "DELETE FROM replay_ranges WHERE replay = ? AND last <= ?"
_CUT: Final = "SELECT last FROM replay_ranges WHERE replay = ? ORDER BY last LIMIT 1 OFFSET ?"


class Replay(NamedTuple):
    """Chosen events on one route; several with one id are of one command."""

    number: int
    id: str
    route: str
    state: str
    """`preparing`, `running`, `done` or `canceled`."""
    position: int
    """The last number that it is done with."""
    total: int
    """How many events were chosen."""
    rate: float
    """Events a second; 0 is as fast as they go."""
    started: str
    left: int
    """How many events are still to come."""


class Replays:
    """For one thread at a time. Every method raises JournalError when the file does not answer."""

    def __init__(self, path: Path) -> None:
        """Open or create the journal. Raises JournalError."""
        self._path = path
        self._journal = Connection(path, ("synchronous = NORMAL", "wal_autocheckpoint = 0"))

    def rewind(self, route: str, to: int, *, replay: str, at: str) -> bool:
        """Move a route's position back to `to`; False where it is not beyond that.

        What it passes again, up to where it was, is a replay with the id `replay`. What it had
        published beyond that goes out again, too.
        """
        values = {"route": route, "to": to, "replay": replay, "at": at}
        with naming(self._path), self._journal.transaction() as db:
            if not db.execute(_REWIND, values).rowcount:
                return False
            db.execute(_FORGET_ACKNOWLEDGED, {"route": route})
            return True

    def begin(
        self, replay: str, route: str, ranges: Iterable[Range], *, rate: float, at: str
    ) -> None:
        """A new replay, which runs once all of its ranges are kept; they are in order."""
        with naming(self._path):
            with self._journal.transaction() as db:
                number = db.execute(_BEGIN, (replay, route, rate, at)).lastrowid
            for chunk in _chunks(ranges):
                with self._journal.transaction() as db:
                    db.executemany(_ADD, ((number, first, last) for first, last in chunk))
            with self._journal.transaction() as db:
                db.execute(_RUN, (number,))

    def running(self) -> list[Replay]:
        """The replays that have not ended, oldest first."""
        return self._replays(_RUNNING)

    def is_running(self, number: int) -> bool:
        """Whether a replay has not ended."""
        return any(each.number == number for each in self.running())

    def of(self, replay: str) -> list[Replay]:
        """The replays with this id, one for each route."""
        return self._replays(_OF_ID, replay)

    def read(self, number: int, after: int, *, limit: int, max_bytes: int) -> list[Record]:
        """As `Reader.read`, of the chosen events alone."""
        values = {"replay": number, "after": after, "limit": limit}
        with naming(self._path), closing(self._journal.db.execute(_READ, values)) as rows:
            return records(rows, max_bytes)

    def advance(self, number: int, seq: int) -> None:
        """Set the position of a replay; one that has ended stays as it is."""
        with naming(self._path), self._journal.transaction() as db:
            if db.execute(_ADVANCE, (seq, number)).rowcount:
                db.execute(_FORGET, (number, seq))

    def finish(self, number: int) -> None:
        """All that it chose is published, or no longer kept."""
        self._end(number, "done")

    def cancel(self, replay: str) -> int:
        """End the replays with this id; returns how many were running."""
        running = [each for each in self.of(replay) if each.state == "running"]
        for each in running:
            self._end(each.number, "canceled")
        return len(running)

    def close(self) -> None:
        """Nothing is lost without it."""
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _end(self, number: int, state: str) -> None:
        with naming(self._path):
            with self._journal.transaction() as db:
                db.execute(_STATE, (state, number))
            cut: tuple[Any, ...] | None = (0,)
            while cut is not None:
                cut = self._journal.db.execute(_CUT, (number, _CHUNK)).fetchone()
                with self._journal.transaction() as db:
                    db.execute(_FORGET, (number, cut[0] if cut else 1 << 62))

    def _replays(self, query: str, *values: str) -> list[Replay]:
        with naming(self._path):
            return [Replay(*row) for row in self._journal.db.execute(query, values)]


class Ranges:
    """Ascending numbers, one by one → the ranges without gaps that they form; 16 bytes each."""

    def __init__(self) -> None:
        self.count = 0
        """Of the numbers."""
        self._firsts = array("q")
        self._lasts = array("q")

    def add(self, number: int) -> None:
        """A number above all others."""
        self.count += 1
        if self._lasts and self._lasts[-1] == number - 1:
            self._lasts[-1] = number
        else:
            self._firsts.append(number)
            self._lasts.append(number)

    def __iter__(self) -> Iterator[Range]:
        return zip(self._firsts, self._lasts, strict=True)


def _chunks(items: Iterable[Range]) -> Iterator[Sequence[Range]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
