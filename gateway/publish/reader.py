"""A route in motion: its cursor in the journal, its lanes, and the position that may be kept.

The position is the last number before which everything is acknowledged or not wanted; it is what
the lanes still hold that keeps it back. What is held is bounded in events and in bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.model import Record
from gateway.publish.cluster import Topic
from gateway.publish.lane import Lane
from gateway.publish.partition import partition
from gateway.publish.ports import Journal
from gateway.publish.record import RENDERS, Mode
from gateway.publish.route import Route, selection


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a route may hold that Kafka has not acknowledged. One chunk is half of it."""

    events: int = 2000
    size: int = 8 << 20
    """Bytes."""


class Reader:
    """One route between the journal and the producer."""

    def __init__(self, route: Route, mode: Mode, bounds: Bounds, *, position: int) -> None:
        self.route = route
        self.cursor = position
        """The last number that was read."""
        self.behind = True
        """There may be more to read."""
        self.blocked: str | None = None
        """Why it does not go on; None while it does."""
        self._topic: Topic | None = None
        self._kept = position
        self._select = selection(route)
        self._render = RENDERS[mode]
        self._bounds = bounds
        self._lanes: dict[int, Lane] = {}
        self._target: int | None = None
        self._gone = 0

    @property
    def lanes(self) -> Sequence[Lane]:
        """One for each partition that has had a record."""
        return tuple(self._lanes.values())

    @property
    def position(self) -> int:
        """Everything up to here is done with."""
        held = [lane.waiting[0].seq for lane in self._lanes.values() if lane.waiting]
        return min(held) - 1 if held else self.cursor

    @property
    def acknowledged(self) -> int:
        """Records written since the start."""
        return self._gone + sum(lane.acknowledged for lane in self._lanes.values())

    @property
    def holds(self) -> bool:
        """Whether anything waits that is on its way to be acknowledged."""
        return any(lane.waiting and not lane.trouble for lane in self._lanes.values())

    @property
    def moved(self) -> bool:
        """Whether the position is further than the one that is kept."""
        return self._target is None and self.position != self._kept

    @property
    def wants(self) -> bool:
        """Whether to read on: there may be more, it can go out, and there is room for a chunk."""
        return (
            self.behind
            and self.blocked is None
            and self._topic is not None
            and self._target is None
            and sum(len(lane.waiting) for lane in self._lanes.values()) * 2 <= self._bounds.events
            and sum(lane.size for lane in self._lanes.values()) * 2 <= self._bounds.size
        )

    def offer(self, records: Sequence[Record], *, is_cut: bool) -> None:
        """Takes the next records of the journal; those that are not wanted only move the cursor.

        `is_cut`: there may be more behind them.
        """
        self.behind = is_cut
        partitions = self._topic.partitions if self._topic else 0
        for record in records:
            key = self._select(record.event)
            if key is not None:
                rendered = self._render(record.event, key)
                lane = self._lane(partition(rendered.key, partitions))
                lane.append(record.seq, rendered)
            self.cursor = record.seq

    def turn(self, topic: Topic | None) -> None:
        """Learns what the cluster says of the topic, and rewinds where that was asked for."""
        self._topic = topic
        is_ill = topic is not None and topic.trouble is not None
        if is_ill and self._lanes and self._target is None:
            self._target = self.position  # its partitions may not come back as they were
        if self._target is not None and not any(lane.under_way for lane in self._lanes.values()):
            self._gone = self.acknowledged
            self._lanes.clear()
            self.cursor, self.behind, self._target = self._target, True, None
        self.blocked = self._trouble()

    def keep(self, journal: Journal) -> None:
        """Keeps the position in the journal, or follows it where a replay has moved it there."""
        kept = journal.position(self.route.name)
        if kept != self._kept:
            self._target = self._kept = kept
        elif self.moved:
            self._kept = self.position
            journal.advance(self.route.name, self._kept)

    def _lane(self, number: int) -> Lane:
        if number not in self._lanes:
            self._lanes[number] = Lane(self.route.topic, number)
        return self._lanes[number]

    def _trouble(self) -> str | None:
        troubles = [self._topic.trouble if self._topic else None]
        troubles += [lane.trouble for lane in self._lanes.values()]
        return next((trouble for trouble in troubles if trouble), None)
