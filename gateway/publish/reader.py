"""A route in motion: its cursor in the journal, its lanes, and the position that may be kept.

The position is the last number before which everything is acknowledged or not wanted; it is what
the lanes still hold that keeps it back. What is held is bounded in events and in bytes. What was
acknowledged beyond the position does not go out again when the route is read from there again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.core.model import Record
from gateway.publish.cluster import Topic
from gateway.publish.identity import Identity
from gateway.publish.lane import Lane
from gateway.publish.partition import partition
from gateway.publish.ports import Journal, Publication
from gateway.publish.record import RENDERS, Mode
from gateway.publish.replay import NOTHING, Replayed, again
from gateway.publish.route import Route, selection

_REMEMBERED: Final = 100_000
"""Numbers up to the cursor: a partition without a leader may hold the position back for long."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a route may hold that Kafka has not acknowledged. One chunk is half of it.

    More would not be faster where Kafka is near, and stays with the process after its first
    backlog; an answer that takes 50 ms leaves 2,500 events a second, or what `batch_size` lets.
    """

    events: int = 128
    size: int = 8 << 20
    """Bytes."""


class Reader:
    """One route between the journal and the producer."""

    def __init__(
        self,
        route: Route,
        mode: Mode,
        bounds: Bounds,
        *,
        position: int,
        replayed: Replayed = NOTHING,
        acknowledged: frozenset[int] = frozenset(),
    ) -> None:
        self.route = route
        self.cursor = position
        """The last number that was read."""
        self.behind = True
        """There may be more to read."""
        self.blocked: str | None = None
        """Why it does not go on; None while it does."""
        self._topic: Topic | None = None
        self._kept = position
        self._replayed = replayed
        self._done = acknowledged
        """Numbers that are not to go out when they are read."""
        self._select = selection(route)
        self._render = RENDERS[mode]
        self._bounds = bounds
        self._lanes: dict[int, Lane] = {}
        self._identity = Identity()
        self._layout: tuple[object, int] | None = None
        self._target: int | None = None
        self._rewound = False
        self._gone = 0
        self._published: list[Publication] = []

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
            if key is not None and record.seq not in self._done:
                rendered = self._render(again(record, self._replayed), key)
                lane = self._lane(partition(rendered.key, partitions))
                lane.append(record.seq, rendered)
            self.cursor = record.seq
        if self._done and self.cursor >= max(self._done):
            self._done = frozenset()

    def turn(self, topic: Topic | None) -> None:
        """Learns what the cluster says of the topic, and rewinds where that was asked for.

        Records belong into the partitions of the topic as it was when they were read. When it was
        created anew or has more of them, what is not acknowledged is read again.
        """
        self._topic = topic
        layout = self._layout
        if topic is not None and topic.trouble is None:
            layout = (topic.identity, topic.partitions)
        if layout != self._layout:
            self._layout = layout
            if self._lanes and self._target is None:
                self._target = self.position
        if self._target is not None and not any(lane.under_way for lane in self._lanes.values()):
            self._done = frozenset() if self._rewound else self._beyond(self._target)
            self._gone, self._rewound = self.acknowledged, False
            self._published = self.take_published()
            self._lanes.clear()
            self._identity = Identity()
            self.cursor, self.behind, self._target = self._target, True, None
        self.blocked = self._trouble()

    def take_published(self) -> list[Publication]:
        """Where events were written since it was last asked for."""
        taken, self._published = self._published, []
        for lane in self._lanes.values():
            taken += lane.published
            lane.published = []
        return taken

    def keep(self, journal: Journal) -> None:
        """Keeps the position in the journal, or follows it where a replay has moved it there."""
        kept = journal.position(self.route.name)
        if kept != self._kept:
            self._target = self._kept = kept
            self._rewound = True
            replay, last = journal.replayed(self.route.name)
            self._replayed = (replay, max(last, self.position)) if replay else NOTHING
        elif self.moved:
            position = self.position
            journal.advance(self.route.name, position)
            self._kept = position

    def _beyond(self, position: int) -> frozenset[int]:
        """What is done with beyond `position`: all of it or nothing, so that of a key's events the
        last one is also the last to go out."""
        if self.cursor - position > _REMEMBERED:
            return frozenset()
        held = {record.seq for lane in self._lanes.values() for record in lane.waiting}
        read = frozenset(range(position + 1, self.cursor + 1))
        return read - held | {seq for seq in self._done if seq > self.cursor}

    def _lane(self, number: int) -> Lane:
        if number not in self._lanes:
            self._lanes[number] = Lane(self.route.topic, number, self._identity)
        return self._lanes[number]

    def _trouble(self) -> str | None:
        troubles = [self._topic.trouble if self._topic else None]
        troubles += [lane.trouble for lane in self._lanes.values()]
        return next((trouble for trouble in troubles if trouble), None)
