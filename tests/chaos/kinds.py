"""What can go wrong: each kind of fault, how long it lasts, and how often it comes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class Kind(StrEnum):
    """What is done to the gateway, to the cluster, or to the machine under it."""

    KILL_GATEWAY = "gateway killed, all processes at once"
    KILL_SUPERVISOR = "supervisor killed"
    KILL_RECEIVER = "receiver killed"
    KILL_PUBLISHER = "publisher killed"
    KILL_FORK_SERVER = "fork server and a receiver killed"
    PAUSE_RECEIVER = "receiver paused"
    PAUSE_RECEIVERS = "all receivers paused, longer than senders wait"
    PAUSE_PUBLISHER = "publisher paused"
    HANG_PUBLISHER = "publisher paused until it was replaced"
    TERMINATE = "gateway terminated and started again"
    KILL_BROKER = "broker killed"
    PAUSE_BROKER = "broker paused"
    HANG_BROKER = "broker paused, longer than requests wait"
    STOP_BROKER = "broker stopped and started again"
    OUTAGE = "all brokers killed"
    MOVE_LEADERS = "leaders moved"
    DELETE_TOPIC = "topic deleted and created again"
    DENY = "writing to the topic denied"
    WRONG_PASSWORD = "password of the gateway's user changed"
    FILL_DISK = "disk full"
    SLOW_DISK = "disk slow"
    HANG_DISK = "disk hangs"
    STEP_CLOCK = "clock steps"
    STEP_CLOCK_FAR = "clock steps further than Kafka allows"


class Habit(NamedTuple):
    """How long a fault lasts, in seconds, and how many of it a round has."""

    shortest: float
    longest: float
    often: int


GATEWAY: Final[Mapping[Kind, Habit]] = {
    Kind.KILL_GATEWAY: Habit(0.1, 2.0, 1),
    Kind.KILL_SUPERVISOR: Habit(0.1, 1.0, 1),
    Kind.KILL_RECEIVER: Habit(0.0, 0.0, 9),
    Kind.KILL_PUBLISHER: Habit(0.0, 0.0, 6),
    Kind.KILL_FORK_SERVER: Habit(0.0, 0.0, 1),
    Kind.PAUSE_RECEIVER: Habit(0.5, 4.0, 2),
    Kind.PAUSE_RECEIVERS: Habit(2.5, 5.0, 1),
    Kind.PAUSE_PUBLISHER: Habit(0.2, 12.0, 2),
    Kind.TERMINATE: Habit(0.1, 1.0, 1),
}
CLUSTER: Final[Mapping[Kind, Habit]] = {
    Kind.KILL_BROKER: Habit(0.5, 6.0, 4),
    Kind.PAUSE_BROKER: Habit(0.5, 2.5, 4),
    Kind.HANG_BROKER: Habit(3.5, 8.0, 2),
    Kind.STOP_BROKER: Habit(0.5, 4.0, 3),
    Kind.OUTAGE: Habit(2.0, 8.0, 1),
    Kind.MOVE_LEADERS: Habit(0.0, 0.0, 8),
    Kind.DENY: Habit(0.5, 4.0, 2),
    Kind.WRONG_PASSWORD: Habit(0.5, 4.0, 1),
}
GROUND: Final[Mapping[Kind, Habit]] = {
    Kind.SLOW_DISK: Habit(0.5, 6.0, 2),
    Kind.HANG_DISK: Habit(1.0, 6.0, 1),
    Kind.STEP_CLOCK: Habit(0.5, 10.0, 3),
}
RARE: Final[Mapping[Kind, Habit]] = {
    Kind.HANG_PUBLISHER: Habit(0.0, 0.0, 2),
    Kind.DELETE_TOPIC: Habit(1.0, 4.0, 3),
    Kind.FILL_DISK: Habit(0.5, 4.0, 4),
    Kind.STEP_CLOCK_FAR: Habit(0.5, 3.0, 2),
}
"""So often in a whole run, however long."""
KILLS: Final = frozenset(
    (
        *(Kind.KILL_GATEWAY, Kind.KILL_SUPERVISOR, Kind.KILL_FORK_SERVER),
        *(Kind.KILL_RECEIVER, Kind.KILL_PUBLISHER),
    )
)
ENDINGS: Final = KILLS | {Kind.HANG_PUBLISHER, Kind.TERMINATE}
"""After these a process has begun a new life."""
BROKER_FAULTS: Final = frozenset((*CLUSTER, Kind.DELETE_TOPIC))
LEFT_OUT: Final = frozenset(
    (
        *(Kind.HANG_PUBLISHER, Kind.STOP_BROKER, Kind.STEP_CLOCK_FAR),
        *(Kind.PAUSE_BROKER, Kind.KILL_BROKER),
    )
)
"""Of a run of seconds: what takes too long (the supervisor alone waits 30 s before it replaces a
publisher), and what the run has a stronger form of."""
HABITS: Final[Mapping[Kind, Habit]] = {**GATEWAY, **CLUSTER, **GROUND, **RARE}
