"""Entries → durable events, each id once, and quarantine: one transaction for all of them.

A usual batch, one event per callback, is one SQL statement and thereby one transaction. Beside a
busy event loop each statement and each row stepped over has to win the interpreter lock back: with
a loop that turns every 30 µs a batch of 16 took 2.2 ms (median) as one statement, 5.9 ms with BEGIN
and COMMIT around it, 14.6 ms row by row. Alone the three cost the same CPU time.

A message that its sender has signed with an id stands for its events and never for others, which
are kept in quarantine: whoever repeats it with other headers, or a sender that gives an id twice,
makes no second event. What stood for what is asked and kept in the events' own transaction, so that
neither a restart nor another receiver knows less.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final, Self

from msgspec import structs

from gateway.core.errors import Busy, Reason
from gateway.core.model import Entry, Quarantine, Receipt, quarantine_id
from gateway.journal.connection import PAGE_SIZE, Connection
from gateway.journal.errors import busy, is_final, naming
from gateway.journal.rows import (
    LARGEST,
    QUARANTINE,
    Message,
    Row,
    chunks,
    emptied,
    event_row,
    insertion,
    lookup,
    message,
    quarantine_row,
    standing_for,
    stood_for,
    weight,
)
from gateway.journal.schema import transaction
from gateway.journal.space import Space, database_pages, wal_share

_HEAVY: Final = 3 << 20
"""Bytes of rows that are not left in memory with the statement that has kept them."""
_PROBE_BYTES: Final = 65536
"""At the most; of a small journal a sixteenth."""
_PROBE: Final = """
    INSERT INTO quarantine (id, source, received_at, last_seen, seen, reason, detail, verified_by,
                            headers, body)
    VALUES (x'', '', '', '', 0, '', '', '', x'', zeroblob(?))
"""
_RESOLVE: Final = """
    INSERT INTO resolutions (id, resolution, resolved_at)
    SELECT id, 'retried', ? FROM quarantine WHERE id = ?
    ON CONFLICT (id) DO NOTHING
"""
_NEW: Final = Receipt(duplicate=False)
_DUPLICATE: Final = Receipt(duplicate=True)


class Writer:
    """The only way into the journal: one for each receiving process, for one thread at a time."""

    def __init__(self, path: Path, *, max_size: int) -> None:
        """Open or create the journal; `max_size` bounds it in bytes, with its WAL.

        Raises JournalError.
        """
        self._failure: str | None = None
        self._probed = min(_PROBE_BYTES, max_size // 16)
        self._journal = Connection(path, _pragmas(max_size))
        with naming(path):
            self._space = Space(self._journal, max_size)
            # What a killed process has written but not flushed was recovered with the rest; a
            # repeat of it is a duplicate, which writes nothing. So it must be on the disk now.
            self._space.flush()

    def append(self, entries: Sequence[Entry]) -> list[Receipt]:
        """Keep all entries or none; when it returns they are on the disk. Receipts in order.

        Raises Busy: JOURNAL_FULL, or JOURNAL_UNAVAILABLE, which after an I/O error is for good.
        """
        with self._answering():
            if 0 < len(entries) <= LARGEST and all(map(_is_single, entries)):
                return self._append_single(entries)
            with self._transaction(entries):
                return self._append_any(entries)

    def resolve(self, quarantine_id: str, entry: Entry, *, at: str) -> Receipt | None:
        """Keep the entry's events in place of a callback in quarantine: both or neither.

        The raw bytes in quarantine become the entry's, which may be redacted; `at` is now. None,
        and nothing is kept, when the callback is not in quarantine or has left it before. Raises
        Busy as `append` does.
        """
        key = bytes.fromhex(quarantine_id)
        with self._answering(), self._transaction([entry]) as db:
            if not db.execute(_RESOLVE, (at, key)).rowcount:
                return None
            db.execute("UPDATE quarantine SET body = ? WHERE id = ?", (entry.body, key))
            return self._append_any([entry])[0]

    def probe(self) -> None:
        """Write some bytes and take them back. Raises Busy as `append` would."""
        with self._answering(), self._transaction((), payload=self._probed) as db:
            db.execute(_PROBE, (self._probed,))
            db.execute("DELETE FROM quarantine WHERE id = x''")

    def close(self) -> None:
        """Nothing is lost without it."""
        self._space.close()
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        if self._failure is not None:
            raise Busy(Reason.JOURNAL_UNAVAILABLE, self._failure)
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            answer = busy(self._journal.path, error)
            if answer is None:
                raise
            if is_final(error):
                self._failure = f"{answer}; nothing is accepted until the gateway is restarted"
                answer = Busy(answer.reason, self._failure)
            try:
                raise answer from error
            finally:
                del answer  # its traceback holds this frame, which would hold it

    @contextmanager
    def _transaction(
        self, entries: Sequence[Entry], *, payload: int = 0
    ) -> Iterator[sqlite3.Connection]:
        with self._journal.turn:
            self._require_room(entries, payload=payload)
            with transaction(self._journal.db):
                yield self._journal.db

    def _require_room(self, entries: Sequence[Entry], *, payload: int = 0) -> None:
        """In this process's turn: two that ask at a time would both be told of the same room."""
        if self._space.has_room(entries, payload=payload):
            return
        self._space.write_back()
        if not self._space.has_room(entries, payload=payload):
            raise Busy(Reason.JOURNAL_FULL, f"journal {self._journal.path}: max_size is full")

    def _append_single(self, entries: Sequence[Entry]) -> list[Receipt]:
        rows = [event_row(each, each.events[0], 0) for each in entries]
        with self._journal.turn:
            self._require_room(entries)
            # one statement is a transaction of its own; those of heavy rows are kept together
            with transaction(self._journal.db) if weight(rows) > _HEAVY else nullcontext():
                done = self._insert(rows)
        if done.rowcount == len(rows):
            return [_NEW] * len(rows)
        new: set[bytes] = set()
        if done.rowcount and done.lastrowid is not None:
            new = self._last_ids(done.lastrowid, done.rowcount)
        return [_NEW if _take(new, row[0]) else _DUPLICATE for row in rows]

    def _insert(self, rows: Sequence[Row]) -> sqlite3.Cursor:
        """In this process's turn, in which nobody takes away what is kept."""
        done = self._journal.db.execute(*insertion(rows))
        if weight(rows) > _HEAVY:
            self._journal.db.execute(*emptied(rows))
        return done

    def _last_ids(self, last: int, count: int) -> set[bytes]:
        """Ids of the rows that a transaction has added: their numbers have no gaps."""
        query = "SELECT id FROM events WHERE seq > ? AND seq <= ?"
        return {row_id for (row_id,) in self._journal.db.execute(query, (last - count, last))}

    def _append_any(self, entries: Sequence[Entry]) -> list[Receipt]:
        """What is new must be known before the rows are made: a callback's first new event carries
        its raw bytes."""
        entries, messages = self._guarded(entries)
        new = self._unknown([bytes.fromhex(event.id) for each in entries for event in each.events])
        rows: list[Row] = []
        receipts: list[Receipt] = []
        for entry in entries:
            events = [event for event in entry.events if _take(new, bytes.fromhex(event.id))]
            rows += [event_row(entry, event, part) for part, event in enumerate(events)]
            if entry.quarantine is not None:
                self._journal.db.execute(QUARANTINE, quarantine_row(entry, entry.quarantine))
            receipts.append(_receipt(entry, len(events)))
        for chunk in chunks(rows):
            self._insert(chunk)
        for some in chunks(messages):
            self._journal.db.execute(*standing_for(some))
        return receipts

    def _guarded(self, entries: Sequence[Entry]) -> tuple[list[Entry], list[Message]]:
        """The entries, in quarantine where their message stood for other events before; and the
        messages that are new."""
        named = [message(each) if each.message_id and each.events else None for each in entries]
        known: dict[bytes, bytes] = {}
        for chunk in chunks([each[0] for each in named if each]):
            known.update(self._journal.db.execute(*stood_for(chunk)))
        guarded, new = list(entries), []
        for place, each in enumerate(named):
            if each is None:
                continue
            key, events, _ = each
            if key not in known:
                known[key] = events
                new.append(each)
            elif known[key] != events:
                guarded[place] = _replayed(entries[place])
        return guarded, new

    def _unknown(self, ids: list[bytes]) -> set[bytes]:
        unknown = set(ids)
        for chunk in chunks(ids):
            known = self._journal.db.execute(*lookup(chunk))
            unknown.difference_update(row_id for (row_id,) in known)
        return unknown


def _pragmas(max_size: int) -> tuple[str, ...]:
    wal = wal_share(max_size)
    return (
        "synchronous = FULL",  # a commit returns when it is on the disk
        "cache_size = -8192",  # KiB: a large batch must fit
        # `Upkeep` does it, and commits only where it is absent.
        f"wal_autocheckpoint = {2 * wal // PAGE_SIZE}",
        f"journal_size_limit = {wal}",  # so large the WAL's file stays: growing costs more
        f"max_page_count = {database_pages(max_size)}",
    )


def _is_single(entry: Entry) -> bool:
    return len(entry.events) == 1 and entry.quarantine is None and not entry.message_id


def _replayed(entry: Entry) -> Entry:
    detail = f"the message {entry.message_id} stood for other events before"
    why = Quarantine(quarantine_id(entry.source, entry.body), Reason.REPLAYED, detail)
    return structs.replace(entry, events=(), quarantine=why)


def _receipt(entry: Entry, new: int) -> Receipt:
    if entry.quarantine is not None and entry.quarantine.reason is Reason.REPLAYED:
        return Receipt(duplicate=False, quarantine=entry.quarantine)
    return _NEW if new or entry.quarantine is not None else _DUPLICATE


def _take(ids: set[bytes], wanted: bytes) -> bool:
    """Whether it is there; the next time it is not."""
    if wanted in ids:
        ids.remove(wanted)
        return True
    return False
