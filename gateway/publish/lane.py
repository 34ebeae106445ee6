"""A route's records for one partition: written in journal order, one batch at a time.

The records stay here until Kafka has acknowledged them, so a failure needs no undoing: the same
records go out again, and nothing behind them has overtaken them. A batch that Kafka refuses for its
content is made smaller until the record to blame stands alone; that one is a refusal, and leaves
when it is accepted after all, or when somebody takes it out.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from gateway.publish.batch import KafkaRecord, Writer, size
from gateway.publish.identity import ANONYMOUS, Identity, following
from gateway.publish.ports import Publication

_MOST: Final = 100
"""Records of one batch, however small: those that are under way in a crash are written again."""
_PATIENCE: Final = 5
"""Failures in a row, about three seconds, that pass without a word."""


class Fault(StrEnum):
    """What is wrong with one record. `gateway.manual` documents each."""

    TOO_LARGE = "too_large"
    INVALID_RECORD = "invalid_record"
    CORRUPT = "corrupt"


class Held(NamedTuple):
    """A record that waits, with the number of its event."""

    seq: int
    record: KafkaRecord
    size: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Kafka will not take this one event, however often it is sent; `detail` is in its words."""

    seq: int
    fault: Fault
    detail: str


class Lane:
    """The queue of one partition on one route."""

    def __init__(self, topic: str, partition: int, identity: Identity | None = None) -> None:
        self.topic = topic
        self.partition = partition
        self.identity = identity or Identity(ANONYMOUS)
        """Under which it writes."""
        self._sequence = 0
        self.waiting: deque[Held] = deque()
        self.size = 0
        """Bytes of what waits."""
        self.acknowledged = 0
        """Records ever written."""
        self.published: list[Publication] = []
        """Where they were written, until somebody takes it away."""
        self.served = 0.0
        """When a batch last went out: the longest unserved goes first."""
        self.under_way = 0
        """How many of the first records are in a request now."""
        self.unanswered_since: float | None = None
        """When the first records went out, if there was no answer to them ever since."""
        self.not_before = 0.0
        self.refusal: Refusal | None = None
        self.letter: Lane | None = None
        """The refused record on its way to the dead letters."""
        self.unposted = ""
        """Why it is not on its way; empty where there are no dead letters."""
        self.fallback: KafkaRecord | None = None
        """What to write in place of the only record if that is too large."""
        self._limit = _MOST
        self._repeated = 0
        self._is_open = False
        """Whether the first records may have been written although nobody said so."""
        self._failures = 0
        self._trouble = ""

    @property
    def is_failing(self) -> bool:
        """Whether the first record could not be written for a while."""
        return self._failures > _PATIENCE

    @property
    def trouble(self) -> str | None:
        """What keeps the first record from being written."""
        if self.refusal is None:
            return self._trouble if self.is_failing else None
        if self.letter is not None and self.letter.trouble is None:
            return None
        why = self.letter.trouble if self.letter else self.unposted
        told = f"event {self.refusal.seq} is refused: {self.refusal.detail}"
        return f"{told}; and as a dead letter: {why}" if why else told

    def is_due(self, now: float) -> bool:
        """Whether a batch should go out."""
        is_free = not self.under_way and self.letter is None
        return bool(self.waiting) and is_free and now >= self.not_before

    @property
    def writer(self) -> Writer:
        """Of the first record; its identity is known."""
        if self.identity.id in (None, ANONYMOUS):
            return Writer()
        return Writer(self.identity.id, self.identity.epoch, self._sequence)

    def append(self, seq: int, record: KafkaRecord) -> None:
        """Puts a record behind all others."""
        held = Held(seq, record, size(record))
        self.waiting.append(held)
        self.size += held.size

    def batch(self, room: int) -> list[KafkaRecord]:
        """The first records: at least one, and no more than fit into `room` bytes; the same ones
        once more where nobody knows whether they were written."""
        records: list[KafkaRecord] = []
        if self._repeated:
            return [held.record for held in islice(self.waiting, self._repeated)]
        for held in islice(self.waiting, self._limit):
            room -= held.size
            if room < 0 and records:
                break
            records.append(held.record)
        return records

    def send(self, count: int, now: float) -> None:
        """The first `count` records are under way."""
        self.under_way, self.served = count, now
        self.await_answer(now)

    def acknowledge(self, offset: int) -> None:
        """The batch under way is written, its first record at `offset`."""
        seqs = tuple(self._take().seq for _ in range(self.under_way))
        self.published.append(Publication(self.topic, self.partition, offset, seqs))
        self.acknowledged += self.under_way
        self._sequence = following(self._sequence, self.under_way)
        # Slowly, but for one that was alone: a topic with a small limit would refuse each anew.
        self._limit = _MOST if self.refusal else min(self._limit + 1, _MOST)
        self._is_open = False
        self._answered()
        self.refusal = None
        self._failures = 0

    def await_answer(self, now: float) -> None:
        """Something was asked without which nothing can go out."""
        if self.unanswered_since is None:
            self.unanswered_since = now

    def identify_anew(self) -> None:
        """The records to come have numbers from 0 on, whatever a broker knows of those before."""
        if self.identity.id != ANONYMOUS:
            self.identity, self._sequence = Identity(), 0
        self._is_open = False

    def bury(self) -> None:
        """The refused record has been taken care of: without it.

        Its number is that of the next record then. A broker that had written it after all, before
        its limit was lowered, would take that one for written too.
        """
        self._take()
        if self._is_open:
            self.identify_anew()
        self.refusal = self.letter = None
        self._limit = _MOST
        self.hasten()

    def lose(self, trouble: str, now: float) -> None:
        """Nobody knows whether the batch was written: the same once more, after 0.1 s to 1 s.

        A broker that has it already knows it by its writer, its first and its last record.
        """
        self._reopen()
        self._tell(trouble)
        self._postpone(now, first=0.1, longest=1.0)

    def retry(self, trouble: str, now: float) -> None:
        """Kafka cannot take the batch at the moment: as `lose`, but there was an answer."""
        self.lose(trouble, now)
        self.unanswered_since = None

    def hold(self, trouble: str, now: float) -> None:
        """It cannot, and that will not pass by itself: told at once, tried again in seconds."""
        self._reopen()
        self.unanswered_since = None
        self._tell(trouble)
        self._postpone(now, first=1.0, longest=5.0)
        self._failures = max(self._failures, _PATIENCE + 1)

    def refuse(self, fault: Fault, detail: str, now: float, *, culprit: int | None = None) -> None:
        """Something in the batch is not acceptable, perhaps its record number `culprit`.

        A smaller batch follows, or the fallback, or this is a refusal.
        """
        if self.under_way > 1:
            self._limit = self.under_way // 2 if culprit is None else max(culprit, 1)
            self._answered()
        elif fault is Fault.TOO_LARGE and self.fallback is not None:
            seq = self._take().seq
            self.append(seq, self.fallback)
            self.fallback = None
            self._answered()
        else:
            self.refusal = Refusal(self.waiting[0].seq, fault, detail)
            self._limit = 1
            self._answered()
            self._postpone(now, first=1.0, longest=60.0)

    def hasten(self) -> None:
        """What kept it back is over: its pause and its failures count no more."""
        self._failures, self.not_before, self.unanswered_since = 0, 0.0, None

    def _take(self) -> Held:
        held = self.waiting.popleft()
        self.size -= held.size
        return held

    def _reopen(self) -> None:
        self._repeated = self.under_way or self._repeated
        self._is_open = True

    def _answered(self) -> None:
        self.under_way, self._repeated, self.unanswered_since = 0, 0, None

    def _tell(self, trouble: str) -> None:
        if not self.is_failing:
            self._trouble = trouble  # then it stays, so that it is told once

    def _postpone(self, now: float, *, first: float, longest: float) -> None:
        self.under_way = 0
        self.not_before = now + min(first * 2 ** min(self._failures, 8), longest)
        self._failures += 1
