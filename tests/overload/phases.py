"""Requests on a plan, from a process of their own → the figures of one phase."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.bench.load import cpu_seconds
from tests.overload.arrivals import GIVEN_UP, PATIENCE, Plan, spelled

CALM: Final = 0.1
"""Seconds; the p99 of a gateway that is not overloaded."""
_OK: Final = 200
_BUSY: Final = 503


@dataclass(frozen=True, slots=True)
class Phase:
    """What became of the requests of one plan; times in seconds."""

    plan: Plan
    outcomes: Sequence[tuple[float, float, int]]
    """When each fell due, seconds to its answer, its status."""
    late: float
    """p99 of what the generator itself was late by."""
    cpu: float
    """Share of one core that the receiver had."""

    def times(self, *statuses: int) -> list[float]:
        """How long the answers with such a status took."""
        return [seconds for _, seconds, status in self.outcomes if status in statuses]

    @property
    def accepted(self) -> list[float]:
        """How long each 200 took."""
        return self.times(_OK)

    @property
    def refused(self) -> list[float]:
        """How long each 503 took."""
        return self.times(_BUSY)

    @property
    def failed(self) -> int:
        """Requests without an answer, or with one that nobody expects."""
        return len(self.outcomes) - len(self.accepted) - len(self.refused)

    @property
    def unanswered(self) -> int:
        """Requests that may have been kept, for all that is known."""
        return len(self.times(GIVEN_UP))

    @property
    def goodput(self) -> float:
        """Accepted callbacks a second."""
        return len(self.accepted) / self.plan.seconds

    def is_calm(self) -> bool:
        """All but one in a thousand accepted, and soon."""
        enough = len(self.accepted) >= 0.999 * len(self.outcomes)
        return bool(self.outcomes) and enough and percentile(self.accepted, 99) <= CALM

    def calm_from(self) -> float:
        """Seconds from the beginning until all that came later, taken together, was calm."""
        begun = min(due for due, _, _ in self.outcomes)
        for second in range(int(self.plan.seconds)):
            later = [each for each in self.outcomes if each[0] - begun >= second]
            if Phase(self.plan, later, 0.0, 0.0).is_calm():
                return float(second)
        return self.plan.seconds


async def phase(plan: Plan, receiver: int) -> Phase:
    """Run the plan against the receiver of that pid."""
    before = cpu_seconds(receiver)
    generator = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.overload.arrivals"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(plan.seconds + 3 * PATIENCE + 30):
        told, _ = await generator.communicate(spelled(plan).encode())
    found = json.loads(told)
    spent = cpu_seconds(receiver) - before
    outcomes = [(due, seconds, status) for due, seconds, status in found["outcomes"]]
    return Phase(plan, outcomes, percentile(found["late"], 99), spent / plan.seconds)


def percentile(values: Sequence[float], percent: float) -> float:
    """Of none, 0."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0
