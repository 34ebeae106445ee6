"""Rounds and a seed → what each round does, all of it known before anything starts."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, cycle, islice, repeat
from typing import Final

DRAIN_DELAY: Final = 0.5
"""Seconds. Short, so that many rounds take minutes; nothing that is promised depends on it."""
_STRETCHES: Final = 20
_TWICE: Final = 10


class Kafka(StrEnum):
    """What its broker does while the gateway ends."""

    UP = "up"
    PAUSED = "paused"
    KILLED = "killed"


_CYCLE: Final = (Kafka.UP, Kafka.PAUSED, Kafka.KILLED, Kafka.UP)


@dataclass(frozen=True, slots=True)
class Round:
    """One life of the gateway: `before` callbacks are accepted until it is told to end.

    `last_bytes`: seconds from the signal to the last byte of bodies that are under way then.
    `again`: seconds from the signal to a second one; None where there is none.
    """

    number: int
    kafka: Kafka
    before: int
    last_bytes: tuple[float, ...]
    again: float | None = None


def rounds(count: int, seed: int) -> list[Round]:
    """So many with one signal, half of them without Kafka; and a tenth as many with two."""
    chance = random.Random(seed)
    once, twice = _states(count), _states(count // _TWICE)
    planned = [_round(chance, number, kafka) for number, kafka in enumerate(once)]
    return planned + [
        Round(number, kafka, chance.randrange(20, 80), (), again=chance.uniform(0.0, 0.2))
        for number, kafka in enumerate(twice, start=count)
    ]


def _round(chance: random.Random, number: int, kafka: Kafka) -> Round:
    while_open = chance.uniform(0.0, DRAIN_DELAY)
    when_closed = DRAIN_DELAY + chance.uniform(0.1, 0.6)
    return Round(number, kafka, chance.randrange(20, 80), (while_open, when_closed))


def _states(count: int) -> Iterator[Kafka]:
    """In stretches, because a broker takes seconds to start."""
    stretch = max(1, count // _STRETCHES)
    return islice(chain.from_iterable(repeat(each, stretch) for each in cycle(_CYCLE)), count)
