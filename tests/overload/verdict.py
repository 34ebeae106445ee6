"""What a run must hold → for each target what was found, and whether that will do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.overload.phases import CALM, percentile
from tests.overload.run import (
    AFTER,
    AMONG_SLOW,
    BOMBS,
    CAPACITY,
    FIVE_TIMES,
    NORMAL,
    PATHS,
    PIPELINED,
    RESETS,
    TINY_CHUNKS,
    TWICE,
    Outcome,
)  # fmt: skip

SUPPORTED_MIB: Final = 512
BODY_SECONDS: Final = 11.0
HEAD_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Target:
    """One figure of a run and its bound."""

    what: str
    unit: str
    figure: Callable[[Outcome], float]
    most: float | None = None
    least: float | None = None

    def is_met(self, outcome: Outcome) -> bool:
        """Whether the figure is within its bounds."""
        figure = self.figure(outcome)
        return (self.most is None or figure <= self.most) and (
            self.least is None or figure >= self.least
        )


def _goodput(name: str) -> Callable[[Outcome], float]:
    return lambda outcome: 100 * outcome.phases[name].goodput / outcome.capacity


def _accepted(name: str) -> Callable[[Outcome], float]:
    return lambda outcome: 1000 * percentile(outcome.phases[name].accepted, 99)


def _refused(name: str) -> Callable[[Outcome], float]:
    return lambda outcome: 1000 * percentile(outcome.phases[name].refused, 99)


def _failed(outcome: Outcome) -> float:
    return sum(phase.failed for phase in outcome.phases.values())


def _missing(outcome: Outcome) -> float:
    return sum(cost.missing for cost in outcome.floods.values())


TARGETS: Final = (
    Target("accepted p99 at C", "ms", _accepted(CAPACITY), most=1000 * CALM),
    Target("accepted p99 at C/2", "ms", _accepted(NORMAL), most=1000 * CALM),
    *(
        target
        for name in (TWICE, FIVE_TIMES)
        for target in (
            Target(f"goodput at {name}", "% of C", _goodput(name), least=90),
            Target(f"accepted p99 at {name}", "ms", _accepted(name), most=250),
            Target(f"refused p99 at {name}", "ms", _refused(name), most=50),
        )
    ),
    Target("until all is normal", "s", lambda o: o.phases[AFTER].calm_from(), most=10),
    Target("accepted p99 among slow clients", "ms", _accepted(AMONG_SLOW), most=200),
    Target("refused among slow clients", "", lambda o: len(o.phases[AMONG_SLOW].refused), most=0),
    Target("slow clients not ended", "", lambda o: o.ends.left, most=0),
    Target(
        "half a head ended after", "s", lambda o: max(o.ends.half_open, default=0.0),
        most=HEAD_SECONDS,
    ),
    Target(
        "slow body answered after", "s", lambda o: max(o.ends.trickling, default=0.0),
        most=BODY_SECONDS,
    ),
    Target(
        "slow bodies not answered 408", "",
        lambda o: o.ends.statuses.total() - o.ends.statuses[408], most=0,
    ),
    Target(
        "200s that were not counted", "", lambda o: o.answered[200] - o.counted.accepted, most=0
    ),
    Target("503s that were not counted", "", lambda o: o.answered[503] - o.counted.busy, most=0),
    Target("requests without 200 or 503", "", _failed, most=0),
    Target("/healthz, the slowest", "ms", lambda o: 1000 * max(o.seen.health), most=100),
    Target("memory of all processes", "MiB", lambda o: o.seen.memory_mib, most=SUPPORTED_MIB),
    Target("floods not answered whole", "", _missing, most=0),
    Target(f"{PIPELINED}: growth", "MiB", lambda o: o.floods[PIPELINED].mib, most=50),
    Target(f"{TINY_CHUNKS}: CPU", "s", lambda o: o.floods[TINY_CHUNKS].cpu, most=1.5),
    Target(
        f"{TINY_CHUNKS}: others wait", "ms", lambda o: 1000 * o.floods[TINY_CHUNKS].slowest,
        most=300,
    ),
    Target(f"{RESETS}: log", "bytes", lambda o: o.floods[RESETS].log, most=1_000_000),
    Target(f"{PATHS}: new series", "", lambda o: o.floods[PATHS].series, most=0),
    Target(f"{PATHS}: growth", "MiB", lambda o: o.floods[PATHS].mib, most=50),
    Target(f"{BOMBS}: CPU", "s", lambda o: o.floods[BOMBS].cpu, most=0.5),
)  # fmt: skip
