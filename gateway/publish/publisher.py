"""The loop: journal → readers → producer → Kafka, and positions back into the journal.

It looks into the journal when the doorbell rings, every `linger_ms` while there is something new,
and once a second in any case. A turn reads one chunk for each route that has room, once for all
that are at the same place; sends what is due; and keeps the positions that moved, every 50 ms and
every 100 records. A route that cannot go on waits alone. Nothing is asked of Kafka that could
block: it may be away for days.
"""

from collections import defaultdict
from collections.abc import Iterable
from time import monotonic
from typing import Final

from gateway.core.errors import GatewayError
from gateway.core.model import Record
from gateway.publish.dead_letters import DeadLetters
from gateway.publish.lane import Lane
from gateway.publish.options import KafkaOptions
from gateway.publish.ports import UNOBSERVED, Journal, Ledger, Observer, Publication
from gateway.publish.reader import Bounds, Reader
from gateway.publish.record import Mode
from gateway.publish.report import Report
from gateway.publish.route import Route
from gateway.publish.session import Session
from gateway.publish.watch import Watch

_LOOK_SECONDS: Final = 1.0
_KEEP_SECONDS: Final = 0.05
_KEEP_RECORDS: Final = 100
"""Or as soon as so many are written: what a crash makes of them is published again."""
_FINISH_SECONDS: Final = 3.5
_STALLED: Final = 10
"""Times `request_timeout_ms`: how long a batch may go without any answer."""
_BOUNDS: Final = Bounds()


class Publisher:
    """Publishes the routes until `stop`, in the thread that calls `run`.

    `doorbell` is the reading end of a pipe that gets a byte after each commit to the journal;
    `dead_letter` is the topic for what the routes' topics refuse.
    """

    def __init__(
        self,
        journal: Journal,
        routes: Iterable[Route],
        options: KafkaOptions,
        *,
        doorbell: int,
        observer: Observer = UNOBSERVED,
        ledger: Ledger = UNOBSERVED,
        dead_letter: str | None = None,
        mode: Mode = Mode.STRUCTURED,
        bounds: Bounds = _BOUNDS,
    ) -> None:
        self.turned = monotonic()
        """When it last turned: it hangs when that was long ago."""
        self._journal = journal
        self._ledger = ledger
        self._bounds = bounds
        self._pace = options.linger_ms / 1000
        self._readers = [
            Reader(
                route,
                mode,
                bounds,
                position=journal.position(route.name),
                replayed=journal.replayed(route.name),
                acknowledged=journal.acknowledged(route.name, route.topic),
            )
            for route in routes
        ]
        self._letters = DeadLetters(dead_letter, observer) if dead_letter else None
        self._options = options
        self._bell = doorbell
        self._session = self._begin()
        self._watch = Watch(options.request_timeout_ms / 1000 * _STALLED)
        self._report = Report(observer)
        self._look_from = self._look_at = self._keep_at = 0.0
        self._kept_records = 0
        self._entries: defaultdict[str, list[Publication]] = defaultdict(list)
        """What is to be entered; none may be missing before one that is there."""
        self._was_away = False
        self._stopping = False

    def stop(self) -> None:
        """Lets `run` end within four seconds; for a signal handler or another thread."""
        self._stopping = True
        self._session.wake()

    def run(self) -> None:
        """Returns after `stop`. Raises what reading the journal raises."""
        try:
            while not self._stopping:
                self.turned = now = monotonic()
                self._turn(now)
                self._wait(self._next(now))
            self._finish(monotonic() + _FINISH_SECONDS)
        finally:
            self._session.close()

    def _begin(self) -> Session:
        topics = {reader.route.topic for reader in self._readers}
        topics |= {self._letters.topic} if self._letters else set()
        return Session(self._options, topics, doorbell=self._bell)

    def _turn(self, now: float) -> None:
        self._exchange(now)
        if now >= (self._look_from if self._session.doorbell.rings else self._look_at):
            self._look(now)
        else:
            self._read()
        self._session.producer.pump(self._lanes(), now)
        if now >= self._keep_at or self._written() >= self._kept_records + _KEEP_RECORDS:
            self._keep(now)

    def _exchange(self, now: float) -> None:
        """Takes what Kafka has answered, and tells what changed by it."""
        cluster = self._session.cluster
        self._session.producer.settle(now)
        cluster.tend(now)
        if self._was_away and not cluster.trouble:
            for lane in self._lanes():
                lane.hasten()
        self._was_away = bool(cluster.trouble)
        self._report.kafka(cluster.trouble)
        for reader in self._readers:
            if self._letters is not None:
                self._letters.tend(reader, cluster.topic(self._letters.topic))
            reader.turn(cluster.topic(reader.route.topic))
        if not cluster.trouble:  # while all of Kafka is away, that is the news, not each route
            self._tell()
            self._renew(now)

    def _tell(self) -> None:
        for reader in self._readers:
            self._report.route(reader.route.name, reader.blocked)
        if self._letters is not None:
            topic = self._session.cluster.topic(self._letters.topic)
            self._report.dead_letters(topic.trouble if topic else None)

    def _renew(self, now: float) -> None:
        """Begins anew with Kafka where nothing else helps."""
        unexpected = self._session.producer.unexpected
        cause = self._watch.cause(self._lanes(), unexpected, now)
        if cause is not None:
            self._report.reconnecting(cause, unexpected)
            self._session.producer.abandon(now)
            self._session.close()
            self._session = self._begin()

    def _look(self, now: float) -> None:
        self._session.doorbell.silence()
        for reader in self._readers:
            reader.behind = True
        found = self._read()
        self._look_from = now + self._pace
        self._look_at = self._look_from if found else now + _LOOK_SECONDS
        if not found:
            self._session.doorbell.listen()

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
        """Where it cannot, because a disk is full: what is published is published."""
        self._keep_at, self._kept_records = now + _KEEP_SECONDS, self._written()
        for reader in self._readers:
            self._report.published(reader.route.name, reader.acknowledged)
            if published := reader.take_published():
                self._entries[reader.route.name] += published
        try:
            if self._entries:
                self._ledger.enter(self._entries)
                self._entries.clear()
            for reader in self._readers:
                reader.keep(self._journal)
            self._report.unkept(None)
        except GatewayError as error:
            self._keep_at = now + _LOOK_SECONDS
            self._report.unkept(str(error))

    def _next(self, now: float) -> float:
        """When something is to be done that no answer and no ring announces.

        `now` is that of the turn: what became due since then must not be overlooked.
        """
        if any(reader.wants for reader in self._readers):
            return now
        times = [self._look_from if self._session.doorbell.rings else self._look_at]
        times += [lane.not_before for lane in self._lanes() if now < lane.not_before]
        times += [self._keep_at for reader in self._readers if reader.moved]
        return min(*times, self._session.cluster.due)

    def _finish(self, deadline: float) -> None:
        """Reads no more; waits for what is under way, then keeps the positions."""
        while (now := monotonic()) < deadline and any(reader.holds for reader in self._readers):
            self._exchange(now)
            if self._session.cluster.trouble is not None:
                break
            self._session.producer.pump(self._lanes(), now)
            self._wait(min(self._next(now), now + _KEEP_SECONDS))
        self._keep(monotonic())

    def _wait(self, until: float) -> None:
        """Turns the loop until then, or until there is news; what it only sends is no news."""
        while True:
            self._session.turn(until)
            if self._session.has_news or self._stopping or monotonic() >= until:
                return

    def _written(self) -> int:
        """Records since the start."""
        return sum(reader.acknowledged for reader in self._readers)

    def _lanes(self) -> list[Lane]:
        """The lanes that may have something to send."""
        return [lane.letter or lane for reader in self._readers for lane in reader.lanes]


def _is_cut(chunk: list[Record], limit: int, size: int) -> bool:
    """Whether the journal may have more; a chunk cut by its size lacks at most one event of it."""
    return len(chunk) == limit or sum(len(record.event.json) for record in chunk) > size // 2
