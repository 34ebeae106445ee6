"""A gateway of one receiver, what it can, more than it can, and clients that hold it up.

First its capacity C: what a closed loop gets is tried as an open loop, less and less of it, until
99 of 100 answers come within 100 ms. Then half of it, twice and five times as much, half again;
half of it among thousands of slow clients; and at last floods of one kind each.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

from tests.e2e.gateway import Gateway
from tests.overload.arrivals import Plan
from tests.overload.phases import Phase, phase
from tests.overload.slow import Crowd, Ends, slow
from tests.overload.watch import Watched, watched
from tests.sources import NAME, PROVIDER
from tests.threats.floods import (
    Cost,
    bombs,
    cost,
    pipelined,
    resets,
    tiny_chunks,
    unknown_paths,
)

CROWD: Final = Crowd(half_open=2000, trickling=500, seconds=22.0)
SHARES: Final = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4)
"""Of what a closed loop gets, in the search for the capacity."""
CLOSED, CAPACITY, NORMAL, TWICE = "closed loop", "C", "C/2", "2 C"
FIVE_TIMES, AFTER, AMONG_SLOW = "5 C", "C/2 after that", "C/2 among slow clients"
PIPELINED, TINY_CHUNKS, RESETS = "pipelined requests", "chunks of a byte", "resets"
PATHS, BOMBS = "unknown paths", "bombs"
FLOODS: Final = {
    PIPELINED: (pipelined, 10_000),
    TINY_CHUNKS: (tiny_chunks, 1_000_000),
    RESETS: (resets, 10_000),
    PATHS: (unknown_paths, 100_000),
    BOMBS: (bombs, 100),
}
"""Name → what is sent, and how often in full."""
Told = Callable[[str, Phase], None]
_VERIFY: Final = [{"token": {"secrets": ["env:CI_TOKEN"]}}, {"buckets": ["test-123456789"]}]


@dataclass(frozen=True, slots=True)
class Scale:
    """How long each part lasts, in seconds, and how many come."""

    search: float = 4.0
    normal: float = 6.0
    twice: float = 40.0
    five_times: float = 30.0
    after: float = 15.0
    slow: float = 24.0
    flood: float = 1.0
    """Of the full numbers of requests, chunks and connections that come at once."""
    connections: int = 1000
    crowd: Crowd = CROWD


class Counted(NamedTuple):
    """Callbacks of the whole run, as the gateway's metrics tell."""

    accepted: float
    busy: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was found."""

    seed: int
    capacity: float
    """Callbacks a second."""
    phases: Mapping[str, Phase]
    """By name, in order; of those of one name the last."""
    ends: Ends
    seen: Watched
    answered: Counter[int]
    """Answers of all phases by status, also of those that were tried for the capacity."""
    counted: Counted
    floods: Mapping[str, Cost]
    """By name of `FLOODS`."""


class _Loads:
    """Phases against one gateway, each with a seed of its own."""

    def __init__(self, gateway: Gateway, seed: int, told: Told) -> None:
        self._plan = Plan(gateway.port, gateway.path, 0.0, 0.0, 0, seed * 100)
        self._receiver = gateway.child("receiver")
        self._told = told
        self.phases: dict[str, Phase] = {}
        self.answered: Counter[int] = Counter()

    async def __call__(self, name: str, rate: float, seconds: float, connections: int) -> Phase:
        self._plan = replace(
            self._plan,
            rate=rate,
            seconds=seconds,
            connections=connections,
            seed=self._plan.seed + 1,
        )
        self.phases[name] = await phase(self._plan, self._receiver)
        self.answered.update(status for _, _, status in self.phases[name].outcomes)
        self._told(name, self.phases[name])
        return self.phases[name]


async def run(folder: Path, seed: int, scale: Scale, told: Told) -> Outcome:
    """Start a gateway in `folder` and load it; `told` of each phase when it has ended."""
    gateway = Gateway(folder, {"sources": {NAME: {"provider": PROVIDER, "verify": _VERIFY}}}, {})
    try:
        gateway.start()
        loads = _Loads(gateway, seed, told)
        with watched(gateway) as seen:
            capacity = await _capacity(loads, scale)
            for name, factor, seconds in (
                (NORMAL, 0.5, scale.normal),
                (TWICE, 2.0, scale.twice),
                (FIVE_TIMES, 5.0, scale.five_times),
                (AFTER, 0.5, scale.after),
            ):
                await loads(name, factor * capacity, seconds, scale.connections)
            ends, _ = await asyncio.gather(
                slow(gateway.port, gateway.path, scale.crowd),
                loads(AMONG_SLOW, 0.5 * capacity, scale.slow, scale.connections),
            )
        counted = Counted(*(_counted(gateway, result) for result in ("accepted", "busy")))
        await unknown_paths(gateway, 16)  # has series of its own, whatever the paths are
        floods = {name: await cost(gateway, flood) for name, flood in _floods(gateway, scale.flood)}
        return Outcome(seed, capacity, loads.phases, ends, seen, loads.answered, counted, floods)
    finally:
        gateway.clean()


async def _capacity(loads: _Loads, scale: Scale) -> float:
    closed = await loads(CLOSED, 0.0, scale.search, 64)
    rate = 0.0
    for share in SHARES:
        rate = share * closed.goodput
        if (await loads(CAPACITY, rate, scale.search, 200)).is_calm():
            break
    return rate


def _floods(gateway: Gateway, share: float) -> Iterator[tuple[str, Coroutine[None, None, int]]]:
    for name, (flood, number) in FLOODS.items():
        yield name, flood(gateway, int(number * share))


def _counted(gateway: Gateway, result: str) -> float:
    """How many callbacks the gateway says ended so."""
    return sum(
        value
        for (name, labels), value in gateway.metrics().items()
        if name == "gateway_callbacks_total" and ("result", result) in labels
    )
