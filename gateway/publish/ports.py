"""What the publishing room needs from the others: a journal to read, and somebody to tell."""

from typing import Protocol

from gateway.core.model import Record


class Journal(Protocol):
    """The numbered log, and each route's position in it: the last number it is done with."""

    def read(self, after: int, *, limit: int, max_bytes: int) -> list[Record]:
        """Records numbered above `after`, in order: at most `limit`, about `max_bytes` of JSON,
        and at least one where there is one."""
        ...

    def position(self, route: str) -> int:
        """Where a route is; 0 for one that has never moved. A replay moves it back."""
        ...

    def advance(self, route: str, seq: int) -> None:
        """Keeps a route's new position, at most ten times a second per route."""
        ...


class Observer(Protocol):
    """Told what happens, in the publisher's thread; must return at once."""

    def published(self, route: str, count: int) -> None:
        """So many more events of a route were acknowledged by Kafka."""
        ...

    def route_blocked(self, route: str, reason: str | None) -> None:
        """A route cannot go on, or (None) goes on again. Only changes are told."""
        ...

    def kafka_up(self, *, up: bool) -> None:
        """Whether the cluster answers. Only changes are told; the log has the cause."""
        ...


class Unobserved:
    """Nobody is told."""

    def published(self, route: str, count: int) -> None:
        """Nothing."""

    def route_blocked(self, route: str, reason: str | None) -> None:
        """Nothing."""

    def kafka_up(self, *, up: bool) -> None:
        """Nothing."""
