"""Entries → the values and the SQL texts that put them into the journal.

Statements exist for 1, 2, 4 … 128 rows, so that few are kept prepared. A batch between two sizes is
filled up with repeats of its last id, which the statement ignores.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from gateway.core.model import Entry, Event, Quarantine

LARGEST: Final = 128
"""Rows that one statement takes."""

Row = tuple[bytes, int, str, str, str, str, str, str, str, bytes, bytes | None, bytes | None]
Value = bytes | int | str | None

_SIZES: Final = tuple(1 << power for power in range(LARGEST.bit_length()))
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

QUARANTINE: Final = """
    INSERT INTO quarantine (id, source, received_at, last_seen, seen, reason, detail, verified_by,
                            headers, body)
    VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET seen = seen + 1, last_seen = excluded.last_seen
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


def insertions(rows: Sequence[Row]) -> Iterator[tuple[str, list[Value]]]:
    """Statements, with their values, that keep the rows whose id is new."""
    for start in range(0, len(rows), LARGEST):
        chunk = rows[start : start + LARGEST]
        size = _size_for(len(chunk))
        filling = (chunk[-1][0], *_FILLING) * (size - len(chunk))
        yield _INSERT[size], [*chain.from_iterable(chunk), *filling]


def lookups(ids: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Statements, with their values, that tell which of the ids are kept."""
    for start in range(0, len(ids), LARGEST):
        chunk = ids[start : start + LARGEST]
        size = _size_for(len(chunk))
        yield _KNOWN[size], [*chunk, *chunk[-1:] * (size - len(chunk))]


def _size_for(count: int) -> int:
    return 1 << (count - 1).bit_length()
