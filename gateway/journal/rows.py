"""Entries → the values and the SQL texts that put them into the journal; rows → records again.

Statements exist for some numbers of rows, so that few are kept prepared. A batch between two of
them is filled up with repeats of its last id, which the statement ignores.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, TypeVar

from gateway.core.model import Entry, Event, Quarantine, Record

_SIZES: Final = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256)
LARGEST: Final = _SIZES[-1]
"""Rows that one statement takes."""

Row = tuple[bytes, int, str, str, str, str, str, str, str, bytes, bytes | None, bytes | None]
Message = tuple[bytes, bytes, bytes]
"""What a message and its events are known by, and the id of the first of them."""
Value = bytes | int | str | None
T = TypeVar("T")

_INSERT: Final = {
    size: f"""
        INSERT INTO events (id, part, received_at, source, type, subject, tag, outcome,
                            verified_by, event, headers, body)
        VALUES {", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * size)}
        ON CONFLICT (id) DO NOTHING
    """  # noqa: S608
    for size in _SIZES
}
_KNOWN: Final = {
    size: f"SELECT id FROM events WHERE id IN ({', '.join('?' * size)})"  # noqa: S608
    for size in _SIZES
}
_FILLING: Final = (0, "", "", "", "", "", "", "", b"", None, None)

_STOOD_FOR: Final = {
    size: f"SELECT message, events FROM messages WHERE message IN ({', '.join('?' * size)})"  # noqa: S608
    for size in _SIZES
}
_STANDS_FOR: Final = {
    size: f"""
        INSERT INTO messages (message, events, seq)
        VALUES {", ".join(["(?, ?, (SELECT seq FROM events WHERE id = ?))"] * size)}
        ON CONFLICT (message) DO NOTHING
    """  # noqa: S608
    for size in _SIZES
}
HEAD_COLUMNS: Final = "seq, received_at, id, source, type, subject, tag, outcome"
RECORD_COLUMNS: Final = f"{HEAD_COLUMNS}, event"

QUARANTINE: Final = """
    INSERT INTO quarantine (id, source, received_at, last_seen, seen, reason, detail, verified_by,
                            headers, body)
    VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        seen = seen + 1, last_seen = excluded.last_seen, reason = excluded.reason,
        detail = excluded.detail, headers = excluded.headers, body = excluded.body
"""


def event_row(entry: Entry, event: Event, part: int) -> Row:
    """One event; the first of a callback (part 0) carries its raw bytes."""
    return (
        bytes.fromhex(event.id),
        part,
        entry.received_at,
        event.source,
        event.type,
        event.subject,
        event.tag,
        event.outcome,
        entry.verified_by,
        event.json,
        None if part else entry.headers,
        None if part else entry.body,
    )


def quarantine_row(entry: Entry, why: Quarantine) -> tuple[Value, ...]:
    """One callback that could not become events."""
    return (
        bytes.fromhex(why.id),
        entry.source,
        entry.received_at,
        entry.received_at,
        why.reason,
        why.detail,
        entry.verified_by,
        entry.headers,
        entry.body,
    )


def message(entry: Entry) -> Message:
    """Of an entry with events whose message has an id: its sender's, so each source's own."""
    ids = [bytes.fromhex(event.id) for event in entry.events]
    return _digest([entry.source.encode(), entry.message_id.encode()]), _digest(ids), ids[0]


def _digest(parts: Sequence[bytes]) -> bytes:
    return hashlib.sha256(b"\0".join(parts)).digest()[:16]


def record(row: tuple[Any, ...]) -> Record:
    """Of `RECORD_COLUMNS`; of `HEAD_COLUMNS` an event without its JSON."""
    seq, received_at, event_id, source, kind, subject, tag, outcome, *json = row
    event = Event(event_id.hex(), source, kind, subject, tag, outcome, *(json or (b"",)))
    return Record(seq, received_at, event)


def records(rows: Iterable[tuple[Any, ...]], max_bytes: int) -> list[Record]:
    """The first of them, with at most so many bytes of JSON, but one where there is one."""
    found: list[Record] = []
    size = 0
    for row in rows:
        found.append(record(row))
        size += len(found[-1].event.json)
        if size > max_bytes and len(found) > 1:
            found.pop()
            break
    return found


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items, as many at a time as one statement takes."""
    for start in range(0, len(items), LARGEST):
        yield items[start : start + LARGEST]


def insertion(rows: Sequence[Row]) -> tuple[str, list[Value]]:
    """A statement, and its values, that keeps those of 1 to `LARGEST` rows whose id is new."""
    size = _size_for(len(rows))
    filling = (rows[-1][0], *_FILLING) * (size - len(rows))
    return _INSERT[size], [*chain.from_iterable(rows), *filling]


def emptied(rows: Sequence[Row]) -> tuple[str, list[Value]]:
    """The statement that has kept the rows, with values of which it keeps nothing: those that it
    was given last stay in memory with it."""
    size = _size_for(len(rows))
    return _INSERT[size], [*(rows[-1][0], *_FILLING) * size]


def weight(rows: Sequence[Row]) -> int:
    """Bytes of events and bodies."""
    return sum([len(row[9]) + len(row[11] or b"") for row in rows])


def lookup(ids: Sequence[bytes]) -> tuple[str, list[Value]]:
    """A statement, and its values, that tells which of 1 to `LARGEST` ids are kept."""
    return _asked(_KNOWN, ids)


def stood_for(messages: Sequence[bytes]) -> tuple[str, list[Value]]:
    """A statement, and its values, that tells what events 1 to `LARGEST` messages stood for."""
    return _asked(_STOOD_FOR, messages)


def standing_for(messages: Sequence[Message]) -> tuple[str, list[Value]]:
    """A statement, and its values, that keeps what events 1 to `LARGEST` new messages stand for."""
    size = _size_for(len(messages))
    rows = [*messages, *[messages[-1]] * (size - len(messages))]
    return _STANDS_FOR[size], [*chain.from_iterable(rows)]


def _asked(statements: Mapping[int, str], keys: Sequence[bytes]) -> tuple[str, list[Value]]:
    size = _size_for(len(keys))
    return statements[size], [*keys, *[keys[-1]] * (size - len(keys))]


def _size_for(count: int) -> int:
    return _SIZES[bisect_left(_SIZES, count)]
