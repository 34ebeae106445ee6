"""The publishing process: settings and a doorbell → routes published until told to stop.

It lives apart from the receivers: whatever Kafka or its client does, receiving goes on. At the end
it waits some seconds for what is under way, and keeps the positions. It says nothing any more when
its loop does not turn, so that the supervisor ends it and starts another.
"""

import threading
from functools import partial
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Final, Protocol

from gateway.journal import Publications, Reader
from gateway.observe import metrics
from gateway.observe.logs import log_to_stderr
from gateway.processes.child import Beat, become
from gateway.processes.replaying import Replaying
from gateway.publish.lane import Fault
from gateway.publish.options import KafkaOptions
from gateway.publish.publisher import Publisher
from gateway.publish.reader import Bounds
from gateway.publish.record import Mode
from gateway.publish.route import Route
from gateway.settings import Settings

_BEAT_SECONDS: Final = 1.0
_HANGING_SECONDS: Final = 10.0
_MEMORY: Final = 64 << 20
"""Bytes of events that all routes may hold together; up to 64 of them, then 1 MiB each."""


class Publishing(Protocol):
    """What a beat needs to know of a publisher."""

    turned: float
    """When its loop last turned, monotonic."""

    def stop(self) -> None:
        """From any thread."""
        ...


class Observed:
    """Tells the metrics, and keeps what the supervisor is told."""

    def __init__(self) -> None:
        self._blocked: dict[str, str] = {}
        self._dead_letters: str | None = None
        self._up: bool | None = None

    def published(self, route: str, count: int) -> None:
        """Count what Kafka acknowledged."""
        metrics.PUBLISHED.labels(route).inc(count)

    def route_blocked(self, route: str, reason: str | None) -> None:
        """A route waits, or goes on."""
        metrics.ROUTE_BLOCKED.labels(route).set(reason is not None)
        if reason is None:
            self._blocked.pop(route, None)
        else:
            self._blocked[route] = reason

    def dead_lettered(self, route: str, reason: str) -> None:
        """Count what is in the dead letters instead."""
        metrics.DEAD_LETTERS.labels(route, reason).inc()

    def dead_letters_blocked(self, reason: str | None) -> None:
        """No dead letter could be written, or one could."""
        self._dead_letters = reason

    def kafka_up(self, *, up: bool) -> None:
        """The cluster answers, or not."""
        metrics.KAFKA_UP.set(up)
        self._up = up

    def reconnecting(self, cause: str) -> None:
        """Count as a restart, of all but the process."""
        metrics.PUBLISHER_RESTARTS.labels(cause).inc()

    def trouble(self) -> str | None:
        """One line for the supervisor."""
        if self._up is False:
            return "Kafka does not answer"
        told = [f"route {name} waits: {reason}" for name, reason in self._blocked.copy().items()]
        if self._dead_letters is not None:
            told.append(f"no dead letter could be written: {self._dead_letters}")
        return "; ".join(told) or None


def publish(settings: Settings, doorbell: Connection, link: Connection) -> None:
    """The process's whole life."""
    become("publisher")
    lines = log_to_stderr()
    kafka = settings.kafka
    assert kafka is not None
    observed = Observed()
    routes = [
        Route(name=route.name, topic=route.topic, match=route.match, key=route.key)
        for route in settings.routes
    ]
    _appear(routes)
    made = partial(
        Publisher,
        options=KafkaOptions(**kafka.options()),
        mode=Mode(kafka.mode),
        dead_letter=settings.dead_letter.topic if settings.dead_letter else None,
        bounds=Bounds(size=max(_MEMORY // max(len(routes), 8), 1 << 20)),
    )
    path = settings.journal.path
    replaying = Replaying(path, routes, made, observed)
    with Reader(path) as journal, Publications(path) as ledger, replaying:
        publisher = made(
            journal, routes, doorbell=doorbell.fileno(), observer=observed, ledger=ledger
        )
        threading.Thread(target=beat, args=(link, observed, publisher), daemon=True).start()
        publisher.run()
    lines.close()


def _appear(routes: list[Route]) -> None:
    """Every metric has its figure from the start on: none is not the same as unknown."""
    for route in routes:
        metrics.PUBLISHED.labels(route.name)
        metrics.ROUTE_BLOCKED.labels(route.name).set(0)
        for fault in Fault:
            metrics.DEAD_LETTERS.labels(route.name, fault)


def beat(link: Connection, observed: Observed, publisher: Publishing) -> None:
    """Report every second while it turns; stop when the supervisor says so or is gone."""
    while not wait([link], timeout=_BEAT_SECONDS):
        if monotonic() - publisher.turned > _HANGING_SECONDS:
            continue
        try:
            link.send(Beat(observed.trouble()))
        except OSError:
            break
    publisher.stop()
