"""What is the case now → what the observer and the log have not been told yet."""

import logging

from gateway.publish.ports import Observer

_log = logging.getLogger(__name__)


class Report:
    """Tells changes, one line each."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._up: bool | None = None
        self._blocked: dict[str, str | None] = {}
        self._published: dict[str, int] = {}

    def kafka(self, trouble: str | None) -> None:
        """The cluster answers (None), or why it does not; nothing is known yet when empty."""
        up = trouble is None
        if trouble == "" or up is self._up:
            return
        self._up = up
        self._observer.kafka_up(up=up)
        if up:
            _log.info("Kafka answers")
        else:
            _log.warning("Kafka does not answer: %s", trouble)

    def route(self, name: str, blocked: str | None) -> None:
        """A route goes on (None), or why it cannot."""
        if blocked == self._blocked.get(name):
            return
        self._blocked[name] = blocked
        self._observer.route_blocked(name, blocked)
        if blocked is None:
            _log.info("route %s goes on", name)
        else:
            _log.warning("route %s waits: %s", name, blocked)

    def published(self, name: str, total: int) -> None:
        """How many events of a route were acknowledged since the start."""
        count = total - self._published.get(name, 0)
        if count:
            self._published[name] = total
            self._observer.published(name, count)
