"""What operators look for in the journal → pages of events, newest first.

One page looks through a bounded part of the journal, from where the page before ended.
"""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import structs

from gateway.admin.ports import Query
from gateway.core.model import Document, Event, Record
from gateway.journal import Reader
from gateway.publish.route import Route, selection

_WINDOW: Final = 500
"""Events that are read together; what a process takes for them it does not give back."""
_DEEPEST: Final = 20_000
"""Events that one page looks through."""


def page(reader: Reader, query: Query) -> Document:
    """With the number to go on `before`; null at the end."""
    below = min(query.before or 1 << 62, reader.head() + 1)
    least = reader.first_since("") or below
    end = max(least, below - _DEEPEST)
    window = query.limit + 1  # which is enough where nothing is left out
    found: list[Record] = []
    while below > end:
        after = max(below - 1 - window, end - 1)
        for record in _meant(reader, query, after, below - 1):
            if len(found) == query.limit:
                return _page(found, found[-1].seq)
            found.append(record)
        below, window = after + 1, _WINDOW
    return _page(found, below if below > least else None)


def following(reader: Reader, number: int, query: Query) -> tuple[int, list[Document]]:
    """Of the next hundred events those that are meant, oldest first; and where to go on."""
    matches = _matches(query)
    records = reader.read(number, limit=100, max_bytes=1 << 20)
    meant = [each for each in records if matches(each.event) and _says(each.event, query.text)]
    return (records[-1].seq if records else number), [_header(each) for each in meant]


def _meant(reader: Reader, query: Query, after: int, last: int) -> Iterator[Record]:
    matches = _matches(query)
    heads = reader.heads(after, last, since=query.since, before=query.until)
    for record in reversed(heads):
        if matches(record.event) and _has(reader, record, query.text):
            yield record


def _matches(query: Query) -> Callable[[Event], bool]:
    select = selection(Route("wanted", "wanted", query.match))
    return lambda event: select(event) is not None


def _has(reader: Reader, record: Record, text: str) -> bool:
    if not text:
        return True
    whole = reader.find(record.event.id)
    return whole is not None and _says(whole.event, text)


def _says(event: Event, text: str) -> bool:
    return not text or text.casefold() in event.json.decode().casefold()


def _page(found: list[Record], before: int | None) -> Document:
    return {"events": [_header(each) for each in found], "next": before}


def _header(record: Record) -> Document:
    told = {name: value for name, value in structs.asdict(record.event).items() if name != "json"}
    return {"number": record.seq, "received_at": record.received_at, **told}
