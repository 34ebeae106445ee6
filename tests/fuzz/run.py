"""Inputs → a running gateway → the tally of its answers, and the laws that were broken.

A few keep-alive connections share the inputs. Each answer is judged when it comes; what concerns
all of them is judged at the end: processes, counts, journal, log and memory.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Final, Protocol

from tests.e2e.gateway import Gateway, resident_mib
from tests.fuzz.heads import BOUND
from tests.fuzz.inputs import Input, made
from tests.fuzz.laws import broken
from tests.fuzz.tally import Tally
from tests.fuzz.verdict import Mistake, judged
from tests.fuzz.wire import Wire
from tests.sources import BUCKETS, NAME, PROVIDER

CONNECTIONS: Final = 8
_TOO_MANY: Final = 200
"""Failures after which the rest would say nothing new."""
_TOKEN = {"token": {"secrets": ["env:CI_TOKEN"]}}
SETTINGS: Final[dict[str, object]] = {
    "journal": {"path": "journal.db", "max_size": "64GiB"},
    "sources": {
        NAME: {"provider": PROVIDER, "verify": [_TOKEN]},
        BOUND: {"provider": PROVIDER, "verify": [_TOKEN, {"buckets": list(BUCKETS)}]},
    },
}
"""Of the gateway that is fuzzed: one source for any bucket, one for those of the examples."""


class Progress(Protocol):
    """Told after every input."""

    def __call__(self, tally: Tally) -> None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How much, and which."""

    seed: int
    inputs: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run; it is good when nothing is broken."""

    plan: Plan
    tally: Tally
    seconds: float
    connections: int
    rss_start_mib: float
    """Of the receiver in the second tenth of the inputs; in the first it needs more and more."""
    rss_end_mib: float
    """In the last."""
    broken: list[str]
    """A sentence for each law that does not hold, the failures of inputs not among them."""

    @property
    def is_good(self) -> bool:
        """Every input was answered as it was owed, and every law holds."""
        return not self.broken and not self.tally.failed


async def run(gateway: Gateway, plan: Plan, progress: Progress) -> Outcome:
    """Send everything to `gateway`, which is running, judge, and stop it."""
    receiver = gateway.child("receiver")
    tally, memory = Tally(), _Memory(receiver, plan.inputs)
    wires = [Wire(gateway.port) for _ in range(CONNECTIONS)]
    inputs = (made(plan.seed, index) for index in range(plan.inputs))

    def note() -> None:
        memory.look(tally.done)
        progress(tally)

    started = perf_counter()
    async with asyncio.TaskGroup() as senders:
        for wire in wires:
            senders.create_task(_send(wire, inputs, tally, note))
    seconds = perf_counter() - started
    grown = memory.end - memory.start
    return Outcome(
        plan,
        tally,
        seconds,
        connections=sum(wire.opened for wire in wires),
        rss_start_mib=memory.start,
        rss_end_mib=memory.end,
        broken=list(broken(gateway, receiver, plan.seed, tally=tally, growth_mib=grown)),
    )


class _Memory:
    """The resident set of a process in the second tenth of the inputs and in the last: medians, as
    one moment has some large callbacks in flight, 50 MiB of them, and the next has none."""

    def __init__(self, pid: int, inputs: int) -> None:
        self._pid = pid
        self._each = max(1, inputs // 100)
        self._seen: list[float] = []

    @property
    def start(self) -> float:
        return median(self._seen[10:20] or [0.0])

    @property
    def end(self) -> float:
        return median(self._seen[-10:] or [0.0])

    def look(self, done: int) -> None:
        """0 of a process that is gone."""
        if done % self._each:
            return
        try:
            self._seen.append(resident_mib(self._pid))
        except (OSError, IndexError):
            self._seen.append(0.0)


async def _send(
    wire: Wire, inputs: Iterator[Input], tally: Tally, note: Callable[[], None]
) -> None:
    before = -1
    with wire:
        for one in inputs:
            await _judge(wire, one, tally, before)
            before = one.index
            note()
            if tally.failed > _TOO_MANY:
                return


async def _judge(wire: Wire, one: Input, tally: Tally, before: int) -> None:
    started = perf_counter()
    try:
        reply = await wire.ask(one.request)
        milliseconds = (perf_counter() - started) * 1000
        tally.answered(one, judged(reply, one.owed), milliseconds)
    except Mistake as mistake:
        wire.close()
        tally.failure(one, str(mistake), before)
