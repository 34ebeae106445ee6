"""What operators ask → the journal, the configuration of now and the figures; their `Desk`.

Each call opens the journal for itself, in the thread that it is called in.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

import orjson
from prometheus_client import CollectorRegistry

from gateway.admin.ports import NotThereError, Query, RequestError
from gateway.commands.moment import now
from gateway.commands.routes import new_id
from gateway.core.model import Document, Event, Record
from gateway.journal import Among, Quarantined, Reader, Replays, Writer
from gateway.publish.route import Route, selection
from gateway.settings import Settings

_WINDOW: Final = 2_000
_WINDOWS: Final = 10
_LAST: Final = "gateway_source_last_callback_timestamp_seconds"


class OperatorsDesk:
    """Over the settings of now, and what makes the registry of a scrape."""

    def __init__(
        self, settings: Callable[[], Settings], registry: Callable[[], CollectorRegistry]
    ) -> None:
        self._settings = settings
        self._registry = registry

    def events(self, query: Query) -> Document:
        """Looks through a bounded part of the journal, from its end backwards."""
        with self._reader() as reader:
            below = min(query.before or 1 << 62, reader.head() + 1)
            least = reader.first_since("") or below
            found: list[Record] = []
            for _ in range(_WINDOWS):
                after = max(below - 1 - _WINDOW, least - 1)
                for record in _meant(reader, query, after, below - 1):
                    if len(found) == query.limit:
                        return _page(found, found[-1].seq)
                    found.append(record)
                below = after + 1
                if below <= least:
                    return _page(found, None)
            return _page(found, below)

    def event(self, event_id: str) -> Document:
        """With each route that matches it, and whether that has passed it."""
        with self._reader() as reader:
            record = _found(reader, event_id)
            return {
                "number": record.seq,
                "received_at": record.received_at,
                "verified_by": reader.raw(record.seq).verified_by,
                "routes": list(self._matching(reader, record)),
                "event": orjson.loads(record.event.json),
            }

    def event_raw(self, event_id: str) -> bytes:
        """The body as received, but for what was redacted."""
        with self._reader() as reader:
            return reader.raw(_found(reader, event_id).seq).body

    def after(self, number: int | None) -> tuple[int, list[Document]]:
        """At most a hundred at once."""
        with self._reader() as reader:
            if number is None:
                return reader.head(), []
            records = reader.read(number, limit=100, max_bytes=1 << 20)
        return (records[-1].seq if records else number), [_header(each) for each in records]

    def quarantine(self, source: str, reason: str, *, limit: int) -> Document:
        """Of those that have not left it."""
        with self._reader() as reader:
            found = reader.quarantine(limit, Among(source, reason))
        return {"callbacks": [_held(each) for each in reversed(found)]}

    def quarantined(self, quarantine_id: str) -> Document:
        """Also one that has left it."""
        with self._reader() as reader:
            kept, raw = reader.quarantined(quarantine_id), reader.quarantined_raw(quarantine_id)
        if kept is None or raw is None:
            raise _no_callback(quarantine_id)
        return {**_held(kept), "headers": orjson.loads(raw.headers)}

    def quarantined_raw(self, quarantine_id: str) -> bytes:
        """The body as received, but for what was redacted."""
        with self._reader() as reader:
            raw = reader.quarantined_raw(quarantine_id)
        if raw is None:
            raise _no_callback(quarantine_id)
        return raw.body

    def retry(self, quarantine_id: str) -> Document:
        """As `gateway quarantine retry`."""
        # imported late: providers and schemas are large, and the supervisor is small without
        from gateway.retrying import Ending, Retry
        from gateway.sources import build_sources

        settings = self._settings()
        journal = settings.journal
        with self._reader() as reader, Writer(journal.path, max_size=journal.max_size) as writer:
            retry = Retry(reader, writer, build_sources(settings))
            retried = asyncio.run(retry.one(quarantine_id, at=now()))
        if retried.ending is Ending.UNKNOWN:
            raise _no_callback(quarantine_id)
        return {name: value for name, value in retried._asdict().items() if value}

    def discard(self, quarantine_id: str) -> Document:
        """As `gateway quarantine discard`."""
        with self._reader() as reader:
            if not reader.discard(quarantine_id, at=now()):
                raise _no_callback(quarantine_id)
        return {"id": quarantine_id}

    def routes(self) -> Document:
        """In the order of the configuration."""
        with self._reader() as reader:
            return {"routes": [self._state(reader, each) for each in self._routes()]}

    def rewind(self, route: str, to: str) -> Document:
        """As `gateway routes rewind`."""
        if route not in {each.name for each in self._routes()}:
            raise NotThereError(f"the configuration has no route {route}")
        with self._reader() as reader, Replays(reader.path) as replays:
            first, replay = _first(reader, to), new_id()
            if not replays.rewind(route, first - 1, replay=replay, at=now()):
                raise RequestError(f"route {route} has not passed event {first} yet")
        return {"route": route, "replay": replay, "first": first}

    def sources(self) -> Document:
        """As the metrics have it: since the gateway started, but for the last callback."""
        told: dict[str, Document] = {
            name: {"name": name, "callbacks": {}, "silent": False}
            for name in self._settings().sources
        }
        for metric in self._registry().collect():
            for sample in metric.samples:
                source = told.get(sample.labels.get("source", ""))
                if source is not None:
                    _heard(source, sample.name, sample.labels.get("result", ""), sample.value)
        return {"sources": list(told.values())}

    def _reader(self) -> Reader:
        return Reader(self._settings().journal.path)

    def _routes(self) -> list[Route]:
        return [Route(each.name, each.topic, each.match) for each in self._settings().routes]

    def _matching(self, reader: Reader, record: Record) -> Iterator[Document]:
        for route in self._routes():
            if selection(route)(record.event) is not None:
                passed = reader.position(route.name) >= record.seq
                yield {"name": route.name, "topic": route.topic, "passed": passed}

    def _state(self, reader: Reader, route: Route) -> Document:
        position = reader.position(route.name)
        waiting = reader.waiting(position)
        told = {"name": route.name, "topic": route.topic, "position": position}
        return {**told, "lag": waiting.events, "oldest": waiting.since}


def _meant(reader: Reader, query: Query, after: int, last: int) -> Iterator[Record]:
    """Newest first."""
    matches = selection(Route("wanted", "wanted", query.match))
    heads = reader.heads(after, last, since=query.since, before=query.until)
    for record in reversed(heads):
        if matches(record.event) is not None and _has(reader, record, query.text):
            yield record


def _has(reader: Reader, record: Record, text: str) -> bool:
    if not text:
        return True
    whole = reader.find(record.event.id)
    return whole is not None and text.casefold() in whole.event.json.decode().casefold()


def _found(reader: Reader, event_id: str) -> Record:
    if (record := reader.find(event_id)) is None:
        raise NotThereError(f"no event {event_id} in the journal")
    return record


def _first(reader: Reader, to: str) -> int:
    if to.isascii() and to.isdecimal():
        return max(int(to[:18]), reader.first_since("") or 1)
    first = reader.first_since("" if to == "start" else to)
    if first is None:
        raise RequestError("no event that is kept was received since then")
    return first


def _no_callback(quarantine_id: str) -> NotThereError:
    return NotThereError(f"no callback {quarantine_id} in quarantine")


def _heard(source: Document, name: str, result: str, value: float) -> None:
    if name == "gateway_callbacks_total":
        source["callbacks"][result] = source["callbacks"].get(result, 0) + int(value)
    elif name == "gateway_source_silent":
        source["silent"] = bool(value)
    elif name == _LAST and value:
        source["last_callback"] = datetime.fromtimestamp(value, UTC).isoformat()


def _page(found: list[Record], following: int | None) -> Document:
    return {"events": [_header(each) for each in found], "next": following}


def _header(record: Record) -> Document:
    event: Event = record.event
    told = {name: value for name, value in event._asdict().items() if name != "json"}
    return {"number": record.seq, "received_at": record.received_at, **told}


def _held(each: Quarantined) -> Document:
    return {name: value for name, value in each._asdict().items() if value != ""}
