"""What operators ask → the journal, the configuration of now and the figures; their `Desk`.

Each call opens the journal for itself, in the thread that it is called in.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Final

import orjson
from prometheus_client import CollectorRegistry

from gateway.admin.history import history
from gateway.admin.ports import HeldQuery, NotNowError, NotThereError, Query, Span
from gateway.clock import now
from gateway.core.model import Document, Record
from gateway.core.moments import utc
from gateway.desk.choosing import UnknownEventError, Wanted, beginning, choose
from gateway.desk.hearing import events, heard, last_hour
from gateway.desk.naming import new_id
from gateway.desk.retrying import retrying
from gateway.desk.searching import following, page
from gateway.journal import Among, Publications, Quarantined, Reader, Replay, Replays
from gateway.publish.route import Route, selection
from gateway.settings import Settings

_DEEPEST: Final = 10_000
"""Callbacks in quarantine that one list goes back to; `source` and `reason` narrow it."""


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
            return page(reader, query)

    def event(self, event_id: str) -> Document:
        """With each route that matches it, whether that has passed it, and the places in Kafka."""
        with self._reader() as reader, Publications(reader.path) as publications:
            record = _found(reader, event_id)
            raw = reader.raw(record.seq)
            return {
                "number": record.seq,
                "received_at": record.received_at,
                "verified_by": raw.verified_by,
                "size": len(raw.body),
                "headers": orjson.loads(raw.headers),
                "routes": list(self._matching(reader, record)),
                "publications": [each._asdict() for each in publications.of(record.seq)],
                "event": orjson.loads(record.event.json),
            }

    def event_raw(self, event_id: str) -> bytes:
        """The body as received, but for what was redacted."""
        with self._reader() as reader:
            return reader.raw(_found(reader, event_id).seq).body

    def replay(self, event_id: str, route: str) -> Document:
        """As `gateway events replay ID`, without waiting."""
        routes = [each for each in self._routes() if route in {"", each.name}]
        if route and not routes:
            raise _no_route(route)
        with self._reader() as reader, Replays(reader.path) as replays:
            try:
                chosen = choose(reader, Wanted([event_id]), routes, lambda *_: None)
            except UnknownEventError as error:
                raise NotThereError(str(error)) from error
            meant = {name: ranges for name, ranges in chosen.routes.items() if ranges.count}
            if not meant:
                raise NotNowError("no route that matches the event has published it yet")
            replay = new_id()
            for name, ranges in meant.items():
                replays.begin(replay, name, ranges, rate=0.0, at=now())
        return {"replay": replay, "routes": list(meant)}

    def after(self, number: int | None, query: Query) -> tuple[int, list[Document]]:
        """At most a hundred at once."""
        with self._reader() as reader:
            return (reader.head(), []) if number is None else following(reader, number, query)

    def history(self, span: Span) -> Document:
        """Exact where a bar has few events; else by a sample of them."""
        with self._reader() as reader:
            bars = history(reader, span)
        return {
            "since": utc(span.since),
            "seconds": span.seconds,
            "bars": [
                {"start": each.start, "exact": each.is_exact, "outcomes": events(each, span.source)}
                for each in bars
            ],
        }

    def quarantine(self, query: HeldQuery) -> Document:
        """Of those that have not left it; `before` may have."""
        among = Among(query.source, query.reason, resolved=bool(query.before))
        with self._reader() as reader:
            found = reader.quarantine(_DEEPEST if query.before else query.limit + 1, among)
        found.reverse()
        if query.before:
            places = (i for i, each in enumerate(found, 1) if each.id == query.before)
            found = [each for each in found[next(places, _DEEPEST) :] if not each.resolution]
        listed = found[: query.limit]
        following = listed[-1].id if len(found) > len(listed) else None
        return {"callbacks": [_held(each) for each in listed], "next": following}

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
        with self._reader() as reader:
            if reader.quarantined(quarantine_id) is None:
                raise _no_callback(quarantine_id)
            with retrying(reader, self._settings()) as retry:
                retried = asyncio.run(retry.one(quarantine_id, at=now()))
        return {name: value for name, value in retried._asdict().items() if value}

    def discard(self, quarantine_id: str) -> Document:
        """As `gateway quarantine discard`."""
        with self._reader() as reader:
            if not reader.discard(quarantine_id, at=now()):
                raise _no_callback(quarantine_id)
        return {"id": quarantine_id}

    def routes(self) -> Document:
        """In the order of the configuration."""
        with self._reader() as reader, Replays(reader.path) as replays:
            running = replays.running()
            return {"routes": [_state(reader, each, running) for each in self._routes()]}

    def rewind(self, route: str, to: str) -> Document:
        """As `gateway routes rewind`."""
        if route not in {each.name for each in self._routes()}:
            raise _no_route(route)
        with self._reader() as reader, Replays(reader.path) as replays:
            first, replay = beginning(reader, to), new_id()
            if first is None:
                raise NotNowError("no event that is kept was received since then")
            if not replays.rewind(route, first - 1, replay=replay, at=now()):
                raise NotNowError(f"route {route} has not passed event {first} yet")
        return {"route": route, "replay": replay, "first": first}

    def cancel(self, replay: str) -> Document:
        """As `gateway events replay --cancel`."""
        with Replays(self._settings().journal.path) as replays:
            if not replays.cancel(replay):
                raise NotThereError(f"no replay {replay} is under way")
        return {"replay": replay}

    def sources(self) -> Document:
        """Callbacks since the gateway started, and the events of the last hour."""
        with self._reader() as reader:
            bars = history(reader, last_hour())
        return {"sources": heard(self._settings().sources, self._registry(), bars)}

    def source_names(self) -> list[str]:
        """In the order of the configuration."""
        return list(self._settings().sources)

    def _reader(self) -> Reader:
        return Reader(self._settings().journal.path)

    def _routes(self) -> list[Route]:
        return [Route(each.name, each.topic, each.match) for each in self._settings().routes]

    def _matching(self, reader: Reader, record: Record) -> Iterator[Document]:
        for route in self._routes():
            if selection(route)(record.event) is not None:
                passed = reader.position(route.name) >= record.seq
                yield {"name": route.name, "topic": route.topic, "passed": passed}


def live_tokens(settings: Callable[[], Settings]) -> list[bytes]:
    """Those that let operators in, by the configuration of now."""
    token = settings().admin.token
    return [secret.value for secret in token.secrets] if token else []


def _found(reader: Reader, event_id: str) -> Record:
    if (record := reader.find(event_id)) is None:
        raise NotThereError(f"no event {event_id} in the journal")
    return record


def _no_callback(quarantine_id: str) -> NotThereError:
    return NotThereError(f"no callback {quarantine_id} in quarantine")


def _no_route(route: str) -> NotThereError:
    return NotThereError(f"the configuration has no route {route}")


def _state(reader: Reader, route: Route, running: list[Replay]) -> Document:
    position = reader.position(route.name)
    waiting = reader.waiting(position)
    replays = [
        {"id": each.id, "left": each.left, "total": each.total, "started": each.started}
        for each in running
        if each.route == route.name
    ]
    told = {"name": route.name, "topic": route.topic, "position": position}
    return {**told, "lag": waiting.events, "oldest": waiting.since, "replays": replays}


def _held(each: Quarantined) -> Document:
    return {name: value for name, value in each._asdict().items() if value != ""}
