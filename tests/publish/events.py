"""Events, journals and publishers for the tests of this room."""

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate

import orjson

from gateway.core.errors import GatewayError
from gateway.core.model import Event, Record
from gateway.publish.options import KafkaOptions
from gateway.publish.ports import Publication, Unobserved
from gateway.publish.publisher import Publisher
from gateway.publish.reader import Bounds
from gateway.publish.record import Mode
from gateway.publish.route import Route
from tests.broker.messages import Message

TYPE = "com.tencentcloud.ci.job.finished"


def event(
    number: int,
    *,
    subject: str = "",
    outcome: str = "success",
    padding: int = 0,
) -> Event:
    """The event with this number; its id tells it."""
    identity, subject = f"{number:032x}", subject or f"j{number % 7}"
    document = {
        "specversion": "1.0",
        "id": identity,
        "source": "/callbacks/media",
        "type": TYPE,
        "subject": subject,
        "time": "2026-01-01T00:00:00+08:00",
        "datacontenttype": "application/json",
        "partitionkey": subject,
        "data": {"outcome": outcome, "bucket": f"b-{number % 2}", "padding": "x" * padding},
    }
    return Event(
        id=identity,
        source="media",
        type=TYPE,
        subject=subject,
        tag="Transcode",
        outcome=outcome,
        json=orjson.dumps(document),
    )


def events(count: int, *, padding: int = 0) -> list[Event]:
    """Events 1 to `count`, of seven subjects."""
    return [event(number, padding=padding) for number in range(1, count + 1)]


class MemoryJournal:
    """A journal in memory that remembers how far it was read."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.positions: dict[str, int] = {}
        self.known: dict[str, frozenset[int]] = {}
        self.rewinds: dict[str, tuple[str, int]] = {}
        self.furthest = 0
        self.reads = 0

    def append(self, added: Iterable[Event]) -> None:
        """Puts events behind the others."""
        for new in added:
            self.records.append(Record(len(self.records) + 1, "2026-01-01T00:00:00Z", new))

    def read(self, after: int, *, limit: int, max_bytes: int) -> list[Record]:
        """As the port says."""
        found = self.records[after : after + limit]
        sizes = accumulate(len(record.event.json) for record in found)
        fitting = sum(size <= max_bytes for size in sizes)
        found = found[: max(fitting, 1)]
        self.reads += 1
        self.furthest = max(self.furthest, after + len(found))
        return found

    def head(self) -> int:
        """The last number."""
        return len(self.records)

    def position(self, route: str) -> int:
        """Where the route is."""
        return self.positions.get(route, 0)

    def advance(self, route: str, seq: int) -> None:
        """Moves the route."""
        self.positions[route] = seq

    def acknowledged(self, route: str, topic: str) -> frozenset[int]:
        """Nothing, until a test says otherwise."""
        return self.known.get(route, frozenset())

    def replayed(self, route: str) -> tuple[str, int]:
        """Nothing, until a test says otherwise."""
        return self.rewinds.get(route, ("", 0))


class Witness(Unobserved):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.blocked: dict[str, str | None] = {}
        self.up: list[bool] = []
        self.dead: list[tuple[str, str]] = []
        self.no_letters: str | None = None
        self.causes: list[str] = []
        self.is_full = False
        self.published_at: dict[str, list[Publication]] = {}

    def published(self, route: str, count: int) -> None:
        """Adds up."""
        self.counts[route] = self.counts.get(route, 0) + count

    def route_blocked(self, route: str, reason: str | None) -> None:
        """Keeps the last word."""
        self.blocked[route] = reason

    def kafka_up(self, *, up: bool) -> None:
        """Keeps every word."""
        self.up.append(up)

    def dead_lettered(self, route: str, reason: str) -> None:
        """Keeps every one."""
        self.dead.append((route, reason))

    def dead_letters_blocked(self, reason: str | None) -> None:
        """Keeps the last word."""
        self.no_letters = reason

    def reconnecting(self, cause: str) -> None:
        """Keeps every cause."""
        self.causes.append(cause)

    def enter(self, published: Mapping[str, Sequence[Publication]]) -> None:
        """Keeps everything, while there is room."""
        if self.is_full:
            raise GatewayError("the disk is full")
        for route, batches in published.items():
            self.published_at.setdefault(route, []).extend(batches)


class Running:
    """A publisher at work, its journal and its witness."""

    def __init__(self, journal: MemoryJournal, doorbell: int) -> None:
        self.journal = journal
        self.witness = Witness()
        self._doorbell: int | None = doorbell

    def publish(self, added: Iterable[Event]) -> None:
        """Appends to the journal and rings, as receivers do."""
        self.journal.append(added)
        if self._doorbell is not None:
            os.write(self._doorbell, b"\0")

    def hang_up(self) -> None:
        """Closes the writing end of the doorbell; again does nothing."""
        if self._doorbell is not None:
            os.close(self._doorbell)
            self._doorbell = None

    def is_done(self, *routes: str) -> bool:
        """Whether these routes have published the whole journal."""
        return all(self.journal.position(route) == self.journal.head() for route in routes)


@contextmanager
def publishing(
    routes: Sequence[Route],
    options: KafkaOptions,
    *,
    journal: MemoryJournal | None = None,
    mode: Mode = Mode.STRUCTURED,
    bounds: Bounds | None = None,
    dead_letter: str | None = None,
) -> Iterator[Running]:
    """A publisher that runs inside the block, in a thread; it must end within six seconds."""
    reading, writing = os.pipe()
    running = Running(journal or MemoryJournal(), writing)
    publisher = Publisher(
        running.journal,
        routes,
        options,
        doorbell=reading,
        observer=running.witness,
        ledger=running.witness,
        dead_letter=dead_letter,
        mode=mode,
        bounds=bounds or Bounds(),
    )
    thread = threading.Thread(target=publisher.run)
    thread.start()
    try:
        yield running
    finally:
        publisher.stop()
        thread.join(6)
        alive = thread.is_alive()
        os.close(reading)
        running.hang_up()
    assert not alive


def numbers(messages: Iterable[Message]) -> list[int]:
    """The numbers of the events in structured messages, without repeats, in order of arrival."""
    return list(dict.fromkeys(int(orjson.loads(message.value)["id"], 16) for message in messages))


def is_in_order(messages: Iterable[Message]) -> bool:
    """Whether the first copies of every key's events are in journal order."""
    of_key: dict[bytes | None, list[Message]] = {}
    for message in messages:
        of_key.setdefault(message.key, []).append(message)
    return all(numbers(of_one) == sorted(numbers(of_one)) for of_one in of_key.values())
