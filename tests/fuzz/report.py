"""The outcome of a run → files that are kept: its figures as JSON, and each failing request."""

import json
from datetime import datetime
from pathlib import Path
from typing import Final

from tests.fuzz.machine import machine
from tests.fuzz.run import Outcome
from tests.fuzz.tally import Failure

_HERE: Final = Path(__file__).parent
RESULTS: Final = _HERE / "results"
FAILURES: Final = _HERE / "failures"

Figures = dict[str, object]


def figures(outcome: Outcome, folder: Path = FAILURES) -> Figures:
    """What is printed; the requests that failed are written to `folder`."""
    tally = outcome.tally
    milliseconds, index = tally.slowest
    return {
        "inputs": tally.done,
        "seed": outcome.plan.seed,
        "seconds": round(outcome.seconds, 1),
        "per_second": round(tally.done / outcome.seconds),
        "results": {kind: dict(sorted(counts.items())) for kind, counts in tally.results.items()},
        "reasons": dict(tally.reasons.most_common()),
        "connections": outcome.connections,
        "slowest_ms": round(milliseconds, 1),
        "slowest_index": index,
        "rss_start_mib": round(outcome.rss_start_mib, 1),
        "rss_end_mib": round(outcome.rss_end_mib, 1),
        "failed": tally.failed,
        "failures": [_kept(failure, outcome.plan.seed, folder) for failure in tally.failures],
        "broken": outcome.broken,
    }


def _kept(failure: Failure, seed: int, folder: Path) -> Figures:
    folder.mkdir(exist_ok=True)
    file = folder / f"{seed}-{failure.input.index}.http"
    file.write_bytes(failure.input.request)
    return {
        "seed": seed,
        "index": failure.input.index,
        "kind": failure.input.kind,
        "mistake": failure.mistake,
        "owed": sorted(failure.input.owed.statuses),
        "before": failure.before,
        "replay": f"python -m tests.fuzz --replay {file}",
    }


def keep(found: Figures, at: datetime, folder: Path = RESULTS) -> Path:
    """Write the figures, and what they were measured on, to `<date>-<seed>.json`."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{at:%Y-%m-%d}-{found['seed']}.json"
    document = {"at": at.isoformat(timespec="seconds"), **found, "machine": machine()}
    file.write_text(json.dumps(document, indent=1) + "\n")
    return file
