"""What became of the inputs so far: answers by kind, ids that were told, failures, the slowest."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from tests.fuzz.inputs import Input
from tests.fuzz.verdict import REFUSED, Told

KEPT: Final = 20
"""Failures whose requests are kept; all are counted."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that was not answered as it was owed. `before`: the input that went before it on
    its connection, or -1."""

    input: Input
    mistake: str
    before: int


@dataclass(slots=True)
class Tally:
    """Grows by one answer or failure for each input."""

    results: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Kind → result → inputs."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Of quarantine and refusals."""
    events: set[bytes] = field(default_factory=set)
    """Ids that were told as accepted or duplicate."""
    quarantined: set[bytes] = field(default_factory=set)
    valid: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Index of a valid callback → the ids of its events."""
    failures: list[Failure] = field(default_factory=list)
    failed: int = 0
    slowest: tuple[float, int] = (0.0, 0)
    """Milliseconds from sending to answer, and the input's index."""

    @property
    def done(self) -> int:
        """Inputs so far."""
        return self.failed + sum(map(sum, map(Counter.values, self.results.values())))

    def answered(self, one: Input, told: Told, milliseconds: float) -> None:
        """An input was answered as it was owed."""
        self.results[one.kind][told.result] += 1
        self.slowest = max(self.slowest, (milliseconds, one.index))
        if told.reason:
            self.reasons[told.reason] += 1
        if told.result in ("accepted", "duplicate"):
            self.events |= {bytes.fromhex(name) for name in told.ids}
        elif told.result != REFUSED:
            self.quarantined |= {bytes.fromhex(name) for name in told.ids}
        if one.subjects:
            self.valid[one.index] = told.ids

    def failure(self, one: Input, mistake: str, before: int) -> None:
        """An input was not."""
        self.failed += 1
        if len(self.failures) < KEPT:
            self.failures.append(Failure(one, mistake, before))

    def by_result(self) -> Counter[str]:
        """Result → inputs, of all kinds."""
        return sum(self.results.values(), Counter())
