"""The publishing process: settings and a doorbell → routes published until told to stop.

It lives apart from the receivers: whatever Kafka or its client does, receiving goes on. At the end
it waits some seconds for what is under way, and keeps the positions.
"""

import threading
from multiprocessing.connection import Connection, wait
from typing import Final

from gateway.child import Beat, become
from gateway.journal import Reader
from gateway.observe import metrics
from gateway.observe.logs import log_to_stderr
from gateway.publish.options import KafkaOptions
from gateway.publish.publisher import Publisher
from gateway.publish.record import Mode
from gateway.publish.route import Route
from gateway.settings import Settings

_BEAT_SECONDS: Final = 1.0


class Observed:
    """Tells the metrics, and keeps what the supervisor is told."""

    def __init__(self) -> None:
        self._blocked: dict[str, str] = {}
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

    def kafka_up(self, *, up: bool) -> None:
        """The cluster answers, or not."""
        metrics.KAFKA_UP.set(up)
        self._up = up

    def trouble(self) -> str | None:
        """One line for the supervisor."""
        if self._up is False:
            return "Kafka does not answer"
        waiting = [f"route {name} waits: {reason}" for name, reason in self._blocked.copy().items()]
        return "; ".join(waiting) or None


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
    for route in routes:
        metrics.PUBLISHED.labels(route.name)
        metrics.ROUTE_BLOCKED.labels(route.name).set(0)
    with Reader(settings.journal.path) as journal:
        publisher = Publisher(
            journal,
            routes,
            KafkaOptions(**kafka.options()),
            doorbell=doorbell.fileno(),
            observer=observed,
            mode=Mode(kafka.mode),
        )
        threading.Thread(target=_beat, args=(link, observed, publisher), daemon=True).start()
        publisher.run()
    lines.close()


def _beat(link: Connection, observed: Observed, publisher: Publisher) -> None:
    """Report every second; stop when the supervisor says so or is gone."""
    while not wait([link], timeout=_BEAT_SECONDS):
        try:
            link.send(Beat(observed.trouble()))
        except OSError:
            break
    publisher.stop()
