"""Replays that were asked for → published, while the routes go on.

Each is published by a publisher of its own, so that neither waits for the other: what a replay
chose is to it a journal, in which every event is marked. Of a route's replays the oldest goes
first; replays of several routes go on side by side.
"""

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import Final, Protocol, Self

from msgspec import structs

from gateway.core.errors import GatewayError
from gateway.core.model import Record
from gateway.journal import Replay, Replays
from gateway.publish.ports import UNOBSERVED, Journal, Observer, Unobserved
from gateway.publish.replay import marked
from gateway.publish.route import Route

_LOOK_SECONDS: Final = 0.5
_END_SECONDS: Final = 0.5
_log = logging.getLogger(__name__)


class Publishing(Protocol):
    """A publisher."""

    def run(self) -> None:
        """Until it is stopped."""
        ...

    def stop(self) -> None:
        """From any thread."""
        ...


class NewPublisher(Protocol):
    """Makes publishers."""

    def __call__(
        self, journal: Journal, routes: Sequence[Route], *, doorbell: int, observer: Observer
    ) -> Publishing:
        """`doorbell`: the reading end of a pipe."""
        ...


class Replaying:
    """Serves replays from `with` on to its end, in threads of its own."""

    def __init__(
        self,
        path: Path,
        routes: Iterable[Route],
        publisher: NewPublisher,
        observer: Observer = UNOBSERVED,
    ) -> None:
        """`observer` is told what is published, and what became a dead letter."""
        self._path = path
        self._observer = observer
        self._routes = {route.name: route for route in routes}
        self._publisher = publisher
        self._stopping = Flag()
        self._serving: dict[str, Thread] = {}
        self._thread = Thread(target=self._run, name="replays", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """What is under way is given up soon: it is published again from its position."""
        self._stopping.set()
        end = monotonic() + _END_SECONDS
        for thread in (self._thread, *self._serving.values()):
            thread.join(max(0.0, end - monotonic()))

    def _run(self) -> None:
        while not self._stopping.is_set():
            with suppress(GatewayError), Replays(self._path) as replays:
                while not self._stopping.wait(_LOOK_SECONDS):
                    for replay in replays.running():
                        self._start(replay)

    def _start(self, replay: Replay) -> None:
        serving, route = self._serving.get(replay.route), self._routes.get(replay.route)
        if route is not None and (serving is None or not serving.is_alive()):
            thread = Thread(target=self._serve, args=(replay, route), name="replay", daemon=True)
            self._serving[replay.route] = thread
            thread.start()

    def _serve(self, replay: Replay, route: Route) -> None:
        named = replace(route, name=f"{route.name}, replay {replay.id}")
        reading, writing = os.pipe()
        try:
            with Replays(self._path) as replays:
                chosen = Chosen(replays, replay, self._stopping)
                observer = OfReplay(route.name, self._observer)
                publisher = self._publisher(chosen, [named], doorbell=reading, observer=observer)
                chosen.at_end = publisher.stop
                publisher.run()
                if chosen.is_done:
                    replays.finish(replay.number)
                    _log.info("replay %s of route %s has ended", replay.id, route.name)
        except GatewayError as error:
            _log.error("replay %s of route %s: %s", replay.id, route.name, error)
        finally:
            os.close(reading)
            os.close(writing)


class OfReplay(Unobserved):
    """Counts a replay's events as its route's. Why it waits is in the log alone: the route may go
    on meanwhile."""

    def __init__(self, route: str, observer: Observer) -> None:
        self._route = route
        self._observer = observer

    def published(self, route: str, count: int) -> None:  # noqa: ARG002 - it is the replay's
        """So many more."""
        self._observer.published(self._route, count)

    def dead_lettered(self, route: str, reason: str) -> None:  # noqa: ARG002 - it is the replay's
        """One more."""
        self._observer.dead_lettered(self._route, reason)


class Chosen:
    """The events of one replay, marked, as the journal of the publisher that has only it."""

    def __init__(self, replays: Replays, replay: Replay, stopping: Flag) -> None:
        self.at_end: Callable[[], None] = stopping.set
        """Called once there is nothing more to publish."""
        self._replays = replays
        self._replay = replay
        self._stopping = stopping
        self._position = replay.position
        self._end: int | None = None
        self._pace = Pace(replay.rate)

    @property
    def is_done(self) -> bool:
        """Whether everything is acknowledged."""
        return self._end is not None and self._position >= self._end

    def read(self, after: int, *, limit: int, max_bytes: int) -> list[Record]:
        """As many as the rate allows by now."""
        limit = min(limit, self._pace.allowance(monotonic()))
        if not limit:
            return []
        read = self._replays.read(self._replay.number, after, limit=limit, max_bytes=max_bytes)
        self._pace.take(len(read))
        self._end = None if read else after
        return [structs.replace(each, event=marked(each.event, self._replay.id)) for each in read]

    def acknowledged(self, _route: str, _topic: str) -> frozenset[int]:
        """Nothing that could be told from what the route had published before."""
        return frozenset()

    def replayed(self, _route: str) -> tuple[str, int]:
        """Every event is marked already."""
        return "", 0

    def position(self, _route: str) -> int:
        """Of the only route."""
        is_over = self.is_done or self._stopping.is_set()
        if is_over or not self._replays.is_running(self._replay.number):
            self.at_end()
        return self._position

    def advance(self, _route: str, seq: int) -> None:
        """Of the only route."""
        self._replays.advance(self._replay.number, seq)
        self._position = seq


class Pace:
    """So many events a second, 0 for as many as there are; at most those of one second at once."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._allowed = min(1.0, rate)
        self._at: float | None = None

    def allowance(self, now: float) -> int:
        """How many may go now."""
        if not self._rate:
            return 1 << 30
        elapsed = now - self._at if self._at is not None else 0.0
        self._allowed = min(self._allowed + elapsed * self._rate, max(1.0, self._rate))
        self._at = now
        return int(self._allowed)

    def take(self, count: int) -> None:
        """So many go."""
        self._allowed -= count
