"""A seed and a size → which faults come when, all of it known before anything starts.

There are three lanes: the gateway's processes, the cluster, and what the gateway stands on, its
disk and its clock. In a lane a fault comes when the one before is over, while the lanes do not wait
for each other, so that a receiver is killed while a broker hangs. Every kind that can be done is in
every schedule; heavy ones, which stop everything, less often than light ones.
"""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import count, cycle, islice
from typing import Final

from tests.chaos.kinds import (
    BROKER_FAULTS,
    CLUSTER,
    ENDINGS,
    GATEWAY,
    GROUND,
    HABITS,
    KILLS,
    LEFT_OUT,
    Kind,
)

_RECOVERING: Final = 8.0
"""Seconds that a fault is allowed for its recovery when the schedule is made."""
_CALM: Final = (0.2, 3.0)
_GROUND_SHARE: Final = 8
"""Of the faults that are asked for, so many to one of disk or clock."""


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
    ground: tuple[Fault, ...] = ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All of them, lane after lane."""
        return (*self.gateway, *self.cluster, *self.ground)

    @property
    def kinds(self) -> frozenset[Kind]:
        """Those that it has."""
        return frozenset(fault.kind for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is to happen: at least so many kills and faults of brokers, and for so long."""

    seconds: float
    kills: int = 0
    broker_faults: int = 0


IsEnough = Callable[[Sequence[Fault]], bool]


def schedule(seed: int, size: Size, kinds: Collection[Kind] = tuple(Kind)) -> Schedule:
    """Faults of `kinds`, each at least once, for about so many seconds."""
    chance = random.Random(seed)
    ground = max(size.kills, size.broker_faults) // _GROUND_SHARE
    lanes = (
        (GATEWAY, (Kind.HANG_PUBLISHER,), _enough(KILLS, size.kills, size.seconds)),
        (CLUSTER, (Kind.DELETE_TOPIC,), _enough(BROKER_FAULTS, size.broker_faults, size.seconds)),
        (GROUND, (Kind.FILL_DISK, Kind.STEP_CLOCK_FAR), _enough(GROUND, ground, size.seconds)),
    )
    return Schedule(
        *(
            _lane(
                chance,
                [each for each in often if each in kinds],
                rare=[each for each in rare if each in kinds],
                is_enough=is_enough,
            )
            for often, rare, is_enough in lanes
        )
    )


def brief(seed: int, kinds: Collection[Kind]) -> Schedule:
    """Each kind once that is not left out, as short as it may be."""
    chance = random.Random(seed)
    quick = [each for each in kinds if each not in LEFT_OUT]
    lanes = ([*GATEWAY], [*CLUSTER, Kind.DELETE_TOPIC], [*GROUND, Kind.FILL_DISK])
    return Schedule(
        *(
            tuple(
                Fault(kind, _CALM[0], HABITS[kind].shortest, chance.randrange(1 << 16))
                for kind in chance.sample(lane, len(lane))
                if kind in quick
            )
            for lane in lanes
        )
    )


def spaced(seed: int, seconds: float, pause: float, kinds: Sequence[Kind]) -> Schedule:
    """One fault at a time, `pause` seconds between them, of each kind equally often.

    What ends a process comes first: those that live on are old enough to tell whether they grow.
    """
    chance = random.Random(seed)
    every = islice(cycle(chance.sample(kinds, len(kinds))), round(seconds / pause))
    turns = sorted(every, key=lambda kind: kind not in ENDINGS)
    return Schedule(tuple(replace(_fault(chance, kind), calm=pause) for kind in turns), ())


def _enough(counted: Collection[Kind], least: int, seconds: float) -> IsEnough:
    """Whether a lane has so many of the counted kinds, and takes so long."""

    def is_enough(lane: Sequence[Fault]) -> bool:
        taken = sum(fault.calm + fault.seconds + _RECOVERING for fault in lane)
        return sum(fault.kind in counted for fault in lane) >= least and taken >= seconds

    return is_enough


def _lane(
    chance: random.Random, kinds: Sequence[Kind], *, rare: Sequence[Kind], is_enough: IsEnough
) -> tuple[Fault, ...]:
    lane = [_fault(chance, kind) for kind in kinds]
    turn = [kind for kind in kinds for _ in range(HABITS[kind].often)]
    more = (_fault(chance, kind) for _ in count() for kind in chance.sample(turn, len(turn)))
    while kinds and not is_enough(lane):
        lane.append(next(more))
    is_long = len(lane) > 3 * len(kinds)
    for kind in rare:
        lane += [_fault(chance, kind) for _ in range(HABITS[kind].often if is_long else 1)]
    return tuple(chance.sample(lane, len(lane)))


def _fault(chance: random.Random, kind: Kind) -> Fault:
    habit = HABITS[kind]
    calm, lasting = chance.uniform(*_CALM), chance.uniform(habit.shortest, habit.longest)
    return Fault(kind, round(calm, 2), round(lasting, 2), chance.randrange(1 << 16))
