"""Refused records of the routes' lanes → letters in one topic; then their routes go on.

A letter is written on a lane of its own, like any record, and its route's lane stands still until
it is acknowledged: so the position stays before the event until then, and the order is kept. After
a crash in between, the event is refused once more, and there may be two letters.
"""

from typing import Final

from gateway.publish.cluster import Topic
from gateway.publish.lane import Lane, Refusal
from gateway.publish.letter import letter, reasons, stub
from gateway.publish.partition import partition
from gateway.publish.ports import Observer
from gateway.publish.reader import Reader

_UNKNOWN: Final = "nothing is known of the topic yet"


class DeadLetters:
    """The way to `topic`."""

    def __init__(self, topic: str, observer: Observer) -> None:
        self.topic = topic
        self._observer = observer

    def tend(self, reader: Reader, state: Topic | None) -> None:
        """Posts what was refused, takes out what has arrived; `state` is that of the topic."""
        for lane in reader.lanes:
            if lane.refusal is not None and not lane.under_way:
                self._serve(lane, lane.refusal, reader, state)

    def _serve(self, lane: Lane, refusal: Refusal, reader: Reader, state: Topic | None) -> None:
        if lane.letter is not None and lane.letter.acknowledged:
            lane.published += lane.letter.published
            lane.bury()
            self._observer.dead_lettered(reader.route.name, refusal.fault)
        elif state is None or state.trouble is not None:
            _withdraw(lane, state.trouble if state and state.trouble else _UNKNOWN)
        elif lane.letter is None or lane.letter.partition >= state.partitions:
            self._post(lane, refusal, reader, state.partitions)

    def _post(self, lane: Lane, refusal: Refusal, reader: Reader, partitions: int) -> None:
        record = lane.waiting[0].record
        why = reasons(record, reader.route, refusal)
        lane.letter = Lane(self.topic, partition(record.key, partitions))
        lane.letter.append(refusal.seq, letter(record, why))
        lane.letter.fallback = stub(record, why)


def _withdraw(lane: Lane, trouble: str) -> None:
    lane.unposted = trouble
    if lane.letter is not None and not lane.letter.under_way:
        lane.letter = None
