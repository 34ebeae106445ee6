"""A seed and a time → which faults come when, all of it known before anything starts.

There are two lanes, one of the gateway's processes and one of the cluster's: in a lane a fault
comes when the one before is over and recovered from, while the lanes do not wait for each other, so
that a receiver is killed while a broker hangs. Every kind is in every schedule, however short.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What is done to the gateway or to the cluster."""

    KILL_GATEWAY = "gateway killed, all processes at once"
    KILL_SUPERVISOR = "supervisor killed"
    KILL_RECEIVER = "receiver killed"
    KILL_PUBLISHER = "publisher killed"
    PAUSE_RECEIVER = "receiver paused"
    PAUSE_RECEIVERS = "all receivers paused"
    PAUSE_PUBLISHER = "publisher paused"
    TERMINATE = "gateway terminated and started again"
    KILL_BROKER = "broker killed"
    PAUSE_BROKER = "broker paused"
    STOP_BROKER = "broker stopped and started again"
    OUTAGE = "all brokers killed"
    MOVE_LEADERS = "leaders moved"
    DELETE_TOPIC = "topic deleted and created again"


LASTING: Final = {
    Kind.KILL_GATEWAY: (0.1, 2.0),
    Kind.KILL_SUPERVISOR: (0.1, 1.0),
    Kind.KILL_RECEIVER: (0.0, 0.0),
    Kind.KILL_PUBLISHER: (0.0, 0.0),
    Kind.PAUSE_RECEIVER: (0.5, 6.0),
    Kind.PAUSE_RECEIVERS: (2.5, 6.0),
    Kind.PAUSE_PUBLISHER: (0.2, 12.0),
    Kind.TERMINATE: (0.1, 1.0),
    Kind.KILL_BROKER: (0.5, 6.0),
    Kind.PAUSE_BROKER: (0.5, 8.0),
    Kind.STOP_BROKER: (0.5, 4.0),
    Kind.OUTAGE: (2.0, 8.0),
    Kind.MOVE_LEADERS: (0.0, 0.0),
    Kind.DELETE_TOPIC: (1.0, 4.0),
}
"""Shortest and longest seconds from the fault to its end, where it is not over at once."""
_CLUSTER: Final = (
    *(Kind.KILL_BROKER, Kind.PAUSE_BROKER, Kind.STOP_BROKER),
    *(Kind.OUTAGE, Kind.MOVE_LEADERS, Kind.DELETE_TOPIC),
)
_GATEWAY: Final = tuple(kind for kind in Kind if kind not in _CLUSTER)
_RECOVERING: Final = 8.0
"""Seconds that a fault is allowed for its recovery when the schedule is made."""
_CALM: Final = (0.2, 3.0)


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault: `calm` seconds after the one before, for `seconds`; `pick` says whom."""

    kind: Kind
    calm: float
    seconds: float
    pick: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is going to happen, each lane in its order."""

    gateway: tuple[Fault, ...]
    cluster: tuple[Fault, ...]


def schedule(seed: int, seconds: float) -> Schedule:
    """Faults for about so many seconds, and in any case each kind once."""
    chance = random.Random(seed)
    return Schedule(_lane(chance, _GATEWAY, seconds), _lane(chance, _CLUSTER, seconds))


def _lane(chance: random.Random, kinds: Sequence[Kind], seconds: float) -> tuple[Fault, ...]:
    lane: list[Fault] = []
    taken = 0.0
    while taken < seconds or len(lane) < len(kinds):
        for kind in chance.sample(kinds, len(kinds)):
            fault = _fault(chance, kind)
            if taken >= seconds and kind in {each.kind for each in lane}:
                continue
            lane.append(fault)
            taken += fault.calm + fault.seconds + _RECOVERING
    return tuple(lane)


def _fault(chance: random.Random, kind: Kind) -> Fault:
    calm, lasting = chance.uniform(*_CALM), chance.uniform(*LASTING[kind])
    return Fault(kind, round(calm, 2), round(lasting, 2), chance.randrange(1 << 16))
