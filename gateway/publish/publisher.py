"""The loop: journal → readers → producer → Kafka, and positions back into the journal.

It looks into the journal when the doorbell rings, every `linger_ms` while there is something new,
and once a second in any case. A turn reads one chunk for each route that has room, once for all
that are at the same place; sends what is due; and every 100 ms keeps the positions that moved. A
route that cannot go on waits alone. Nothing is asked of Kafka that could block: it may be away for
days.
"""

from collections.abc import Iterable
from time import monotonic
from typing import Final

from kafka.net.selector import NetworkSelector

from gateway.core.model import Record
from gateway.publish.cluster import Cluster
from gateway.publish.doorbell import Doorbell
from gateway.publish.lane import Lane
from gateway.publish.options import KafkaOptions
from gateway.publish.ports import Journal, Observer, Unobserved
from gateway.publish.producer import Producer
from gateway.publish.reader import Bounds, Reader
from gateway.publish.record import Mode
from gateway.publish.report import Report
from gateway.publish.route import Route

_LOOK_SECONDS: Final = 1.0
_KEEP_SECONDS: Final = 0.1
_FINISH_SECONDS: Final = 3.5
_BOUNDS: Final = Bounds()
_UNOBSERVED: Final = Unobserved()


class Publisher:
    """Publishes the routes until `stop`, in the thread that calls `run`.

    `doorbell` is the reading end of a pipe that gets a byte after each commit to the journal.
    """

    def __init__(
        self,
        journal: Journal,
        routes: Iterable[Route],
        options: KafkaOptions,
        *,
        doorbell: int,
        observer: Observer = _UNOBSERVED,
        mode: Mode = Mode.STRUCTURED,
        bounds: Bounds = _BOUNDS,
    ) -> None:
        self._journal = journal
        self._bounds = bounds
        self._pace = options.linger_ms / 1000
        self._readers = [
            Reader(route, mode, bounds, position=journal.position(route.name)) for route in routes
        ]
        self._loop = NetworkSelector(client_id=options.client_id)
        self._doorbell = Doorbell(self._loop, doorbell)
        topics = {reader.route.topic for reader in self._readers}
        self._cluster = Cluster(self._loop, options, topics)
        self._producer = Producer(self._cluster, options)
        self._report = Report(observer)
        self._look_from = self._look_at = self._keep_at = 0.0
        self._was_away = False
        self._stopping = False

    def stop(self) -> None:
        """Lets `run` end within four seconds; for a signal handler or another thread."""
        self._stopping = True
        self._loop.wakeup()

    def run(self) -> None:
        """Returns after `stop`. Raises what the journal raises."""
        try:
            while not self._stopping:
                now = monotonic()
                self._turn(now)
                self._wait(self._next(now))
            self._finish(monotonic() + _FINISH_SECONDS)
        finally:
            self._cluster.close()
            self._loop.close()

    def _turn(self, now: float) -> None:
        self._exchange(now)
        if now >= (self._look_from if self._doorbell.rings else self._look_at):
            self._look(now)
        else:
            self._read()
        self._producer.pump(self._lanes(), now)
        if now >= self._keep_at:
            self._keep(now)

    def _exchange(self, now: float) -> None:
        """Takes what Kafka has answered, and tells what changed by it."""
        self._producer.settle(now)
        self._cluster.tend(now)
        trouble = self._cluster.trouble
        if self._was_away and not trouble:
            for lane in self._lanes():
                lane.hasten()
        self._was_away = bool(trouble)
        self._report.kafka(trouble)
        for reader in self._readers:
            reader.turn(self._cluster.topic(reader.route.topic))
            if not trouble:  # while all of Kafka is away, that is the news, not each route
                self._report.route(reader.route.name, reader.blocked)

    def _look(self, now: float) -> None:
        self._doorbell.silence()
        for reader in self._readers:
            reader.behind = True
        found = self._read()
        self._look_from = now + self._pace
        self._look_at = self._look_from if found else now + _LOOK_SECONDS
        if not found:
            self._doorbell.listen()

    def _read(self) -> bool:
        """Whether the journal had anything for the readers that have room."""
        limit, size = self._bounds.events // 2, self._bounds.size // 2
        chunks: dict[int, list[Record]] = {}
        for reader in self._readers:
            if reader.wants:
                after = reader.cursor
                if after not in chunks:
                    chunks[after] = self._journal.read(after, limit=limit, max_bytes=size)
                reader.offer(chunks[after], is_cut=_is_cut(chunks[after], limit, size))
        return any(chunks.values())

    def _keep(self, now: float) -> None:
        self._keep_at = now + _KEEP_SECONDS
        for reader in self._readers:
            name = reader.route.name
            self._report.published(name, reader.acknowledged)
            reader.keep(self._journal)

    def _next(self, now: float) -> float:
        """When something is to be done that no answer and no ring announces.

        `now` is that of the turn: what became due since then must not be overlooked.
        """
        if any(reader.wants for reader in self._readers):
            return now
        times = [self._look_from if self._doorbell.rings else self._look_at]
        times += [lane.not_before for lane in self._lanes() if now < lane.not_before]
        times += [self._keep_at for reader in self._readers if reader.moved]
        return min(times)

    def _finish(self, deadline: float) -> None:
        """Reads no more; waits for what is under way, then keeps the positions."""
        while (now := monotonic()) < deadline and any(reader.holds for reader in self._readers):
            self._exchange(now)
            if self._cluster.trouble is not None:
                break
            self._producer.pump(self._lanes(), now)
            self._wait(min(self._next(now), now + _KEEP_SECONDS))
        self._keep(monotonic())

    def _wait(self, until: float) -> None:
        """Turns the loop until then, or until there is news; what it only sends is no news."""
        while True:
            self._loop.poll(timeout_ms=max(0.0, until - monotonic()) * 1000)
            news = self._producer.has_news or self._cluster.has_news or self._doorbell.rings
            if news or self._stopping or monotonic() >= until:
                return

    def _lanes(self) -> list[Lane]:
        return [lane for reader in self._readers for lane in reader.lanes]


def _is_cut(chunk: list[Record], limit: int, size: int) -> bool:
    """Whether the journal may have more; a chunk cut by its size lacks at most one event of it."""
    return len(chunk) == limit or sum(len(record.event.json) for record in chunk) > size // 2
