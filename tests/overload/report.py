"""The outcome of a run → lines for people, and the file that keeps it."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from tests.fuzz.machine import machine
from tests.overload.phases import Phase, percentile
from tests.overload.run import Outcome
from tests.overload.verdict import TARGETS

RESULTS: Final = Path(__file__).parent / "results"
HEADINGS: Final = (
    f"{'phase':24}{'asked/s':>9}{'200/s':>8}{'p50 ms':>8}{'p99 ms':>8}{'503':>9}{'p99 ms':>8}"
    f"{'failed':>8}{'late ms':>9}{'cpu':>6}{'load':>6}"
)
"""Of the lines of `told`; `late`: p99 of the generator's own delay, `cpu`: the receiver's share of
one core, `load`: the machine's average of a minute."""

Figures = dict[str, object]


def told(name: str, phase: Phase) -> str:
    """One phase in a line."""
    ok, no = phase.accepted, phase.refused
    asked = len(phase.outcomes) / phase.plan.seconds
    return (
        f"{name:24}{asked:9.0f}{phase.goodput:8.0f}"
        f"{_ms(ok, 50):8.1f}{_ms(ok, 99):8.1f}{len(no):9}{_ms(no, 99):8.1f}"
        f"{phase.failed:8}{1000 * phase.late:9.1f}{phase.cpu:6.2f}{os.getloadavg()[0]:6.1f}"
    )


def verdicts(outcome: Outcome) -> Iterator[str]:
    """One line for each target."""
    for target in TARGETS:
        bound = f"<= {target.most:g}" if target.most is not None else f">= {target.least:g}"
        verdict = "ok" if target.is_met(outcome) else "MISSED"
        yield f"{verdict:8}{target.what:36}{target.figure(outcome):10.1f} {target.unit:7} {bound}"


def figures(outcome: Outcome) -> Figures:
    """All of it, fit for JSON."""
    return {
        "seed": outcome.seed,
        "capacity_per_second": round(outcome.capacity, 1),
        "targets": {
            target.what: {
                "figure": round(target.figure(outcome), 1),
                "unit": target.unit,
                **({"most": target.most} if target.most is not None else {"least": target.least}),
                "met": target.is_met(outcome),
            }
            for target in TARGETS
        },
        "phases": {name: _figures(phase) for name, phase in outcome.phases.items()},
        "floods": {name: asdict(cost) for name, cost in outcome.floods.items()},
        "slow_bodies": {str(status): n for status, n in outcome.ends.statuses.items()},
        "counted_by_the_gateway": outcome.counted._asdict(),
        "load_average": {
            "least": min(outcome.seen.load, default=0.0),
            "most": max(outcome.seen.load, default=0.0),
        },
    }


def keep(found: Figures, at: datetime, folder: Path = RESULTS) -> Path:
    """Write the figures, and what they were measured on, to `<date>-<seed>.json`."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{at:%Y-%m-%d}-{found['seed']}.json"
    document = {"at": at.isoformat(timespec="seconds"), **found, "machine": machine()}
    file.write_text(json.dumps(document, indent=1) + "\n")
    return file


def _figures(phase: Phase) -> Figures:
    return {
        "seconds": phase.plan.seconds,
        "connections": phase.plan.connections,
        "asked_per_second": round(len(phase.outcomes) / phase.plan.seconds, 1),
        "accepted_per_second": round(phase.goodput, 1),
        "refused": len(phase.refused),
        "failed": phase.failed,
        "accepted_ms": {f"p{p}": round(_ms(phase.accepted, p), 1) for p in (50, 99, 100)},
        "refused_ms": {f"p{p}": round(_ms(phase.refused, p), 1) for p in (50, 99, 100)},
        "generator_late_p99_ms": round(1000 * phase.late, 1),
        "receiver_cores": round(phase.cpu, 2),
    }


def _ms(seconds: list[float], percent: float) -> float:
    return 1000 * percentile(seconds, percent)
