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
        self._dead_letters: str | None = None
        self._unkept: str | None = None
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

    def dead_letters(self, trouble: str | None) -> None:
        """Why no dead letter could be written, also while there is none to write."""
        if trouble != self._dead_letters:
            self._dead_letters = trouble
            self._observer.dead_letters_blocked(trouble)
            if trouble is not None:
                _log.warning("no dead letter could be written: %s", trouble)

    def reconnecting(self, cause: str, detail: str | None) -> None:
        """All connections are given up and made anew."""
        self._observer.reconnecting(cause)
        _log.warning("connecting anew (%s): %s", cause, detail or "a batch has had no answer")

    def unkept(self, trouble: str | None) -> None:
        """Why positions cannot be kept; None while they can."""
        if trouble != self._unkept:
            self._unkept = trouble
            if trouble is not None:
                _log.error("a position cannot be kept: %s", trouble)

    def published(self, name: str, total: int) -> None:
        """How many events of a route were acknowledged since the start."""
        count = total - self._published.get(name, 0)
        if count:
            self._published[name] = total
            self._observer.published(name, count)
