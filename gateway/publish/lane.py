"""A route's records for one partition: written in journal order, one batch at a time.

The records stay here until Kafka has acknowledged them, so a failure needs no undoing: the same
records go out again, and nothing behind them has overtaken them. A batch that Kafka refuses for its
content is halved until the record to blame stands alone.
"""

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from gateway.publish.batch import KafkaRecord, size

_ALL: Final = 1 << 30
_PATIENCE: Final = 5
"""Failures in a row, about three seconds, that pass without a word."""


class Held(NamedTuple):
    """A record that waits, with the number of its event."""

    seq: int
    record: KafkaRecord
    size: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Kafka will not take this one event, however often it is sent."""

    seq: int
    reason: str


class Lane:
    """The queue of one partition on one route."""

    def __init__(self, topic: str, partition: int) -> None:
        self.topic = topic
        self.partition = partition
        self.waiting: deque[Held] = deque()
        self.size = 0
        """Bytes of what waits."""
        self.acknowledged = 0
        """Records ever written."""
        self.served = 0.0
        """When a batch last went out: the longest unserved goes first."""
        self.under_way = 0
        """How many of the first records are in a request now."""
        self.not_before = 0.0
        self.refusal: Refusal | None = None
        self._limit = _ALL
        self._failures = 0
        self._trouble = ""

    @property
    def trouble(self) -> str | None:
        """What has kept the first record from being written for a while."""
        if self.refusal is not None:
            return f"event {self.refusal.seq} is refused: {self.refusal.reason}"
        return self._trouble if self._failures > _PATIENCE else None

    def is_due(self, now: float) -> bool:
        """Whether a batch should go out."""
        return bool(self.waiting) and not self.under_way and now >= self.not_before

    def append(self, seq: int, record: KafkaRecord) -> None:
        """Puts a record behind all others."""
        held = Held(seq, record, size(record))
        self.waiting.append(held)
        self.size += held.size

    def batch(self, room: int) -> list[KafkaRecord]:
        """The first records: at least one, and no more than fit into `room` bytes."""
        records: list[KafkaRecord] = []
        for held in islice(self.waiting, self._limit):
            room -= held.size
            if room < 0 and records:
                break
            records.append(held.record)
        return records

    def acknowledge(self) -> None:
        """The batch under way is written."""
        for _ in range(self.under_way):
            self.size -= self.waiting.popleft().size
        self.acknowledged += self.under_way
        self.under_way = self._failures = 0
        self.refusal = None
        self._limit += 1  # slowly: a topic with a small limit would halve each large batch anew

    def retry(self, trouble: str, now: float) -> None:
        """The batch was not written, or nobody knows: once more, after 0.1 s and up to 1 s."""
        if self._failures <= _PATIENCE:
            self._trouble = trouble  # then it stays, so that it is told once
        self._postpone(now, first=0.1, longest=1.0)

    def hasten(self) -> None:
        """What kept it back is over: its pause and its failures count no more."""
        self._failures, self.not_before = 0, 0.0

    def hold(self, trouble: str, now: float) -> None:
        """As `retry`, for what is not likely to pass by itself: told at once."""
        self.retry(trouble, now)
        self._failures = max(self._failures, _PATIENCE + 1)

    def refuse(self, reason: str, now: float) -> None:
        """Something in the batch is not acceptable: a smaller batch, or a refusal."""
        if self.under_way > 1:
            self._limit, self.under_way = self.under_way // 2, 0
        else:
            self.refusal = Refusal(self.waiting[0].seq, reason)
            self._postpone(now, first=1.0, longest=60.0)

    def _postpone(self, now: float, *, first: float, longest: float) -> None:
        self.under_way = 0
        self.not_before = now + min(first * 2 ** min(self._failures, 8), longest)
        self._failures += 1
