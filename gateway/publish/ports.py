"""What the publishing room needs from the others: a journal to read, and somebody to tell."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from gateway.core.model import Record


class Publication(NamedTuple):
    """Where Kafka keeps the events numbered `seqs`: each one behind the other, from `offset` on."""

    topic: str
    partition: int
    offset: int
    seqs: tuple[int, ...]


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
        """Keeps a route's new position: ten times a second, or oftener when many are written."""
        ...

    def acknowledged(self, route: str, topic: str) -> frozenset[int]:
        """Numbers beyond a route's position that are known to be in `topic`: another partition
        held the position back when the last publisher ended. None while the route publishes again
        what it was rewound over."""
        ...

    def replayed(self, route: str) -> tuple[str, int]:
        """The id of a route's last rewind, and up to which number it publishes again what it has
        published before; asked for when the position was moved. ("", 0): it was never rewound."""
        ...


class Ledger(Protocol):
    """Where events were published, for who wants to look."""

    def enter(self, published: Mapping[str, Sequence[Publication]]) -> None:
        """Keeps where the events of each route went, as often as positions are kept."""
        ...


class Observer(Protocol):
    """Told what happens, in the publisher's thread; must return at once."""

    def published(self, route: str, count: int) -> None:
        """So many more events of a route were acknowledged by Kafka."""
        ...

    def route_blocked(self, route: str, reason: str | None) -> None:
        """A route cannot go on, or (None) goes on again. Only changes are told."""
        ...

    def dead_lettered(self, route: str, reason: str) -> None:
        """An event that the route's topic refuses is in the dead letters, acknowledged."""
        ...

    def dead_letters_blocked(self, reason: str | None) -> None:
        """Why no dead letter could be written, or (None) one could. Only changes are told."""
        ...

    def kafka_up(self, *, up: bool) -> None:
        """Whether the cluster answers. Only changes are told; the log has the cause."""
        ...

    def reconnecting(self, cause: str) -> None:
        """All connections are given up and made anew: `stalled` or `unexpected`."""
        ...


class Unobserved:
    """Nobody is told, and nothing is entered."""

    def enter(self, published: Mapping[str, Sequence[Publication]]) -> None:
        """Nothing."""

    def published(self, route: str, count: int) -> None:
        """Nothing."""

    def route_blocked(self, route: str, reason: str | None) -> None:
        """Nothing."""

    def dead_lettered(self, route: str, reason: str) -> None:
        """Nothing."""

    def dead_letters_blocked(self, reason: str | None) -> None:
        """Nothing."""

    def kafka_up(self, *, up: bool) -> None:
        """Nothing."""

    def reconnecting(self, cause: str) -> None:
        """Nothing."""


UNOBSERVED: Final = Unobserved()
