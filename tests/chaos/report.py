"""The outcome of a run → its figures, and the file that keeps them."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

from tests.broker import jars
from tests.chaos import ground
from tests.chaos.kinds import BROKER_FAULTS, KILLS, Kind
from tests.chaos.lanes import Occurrence
from tests.chaos.run import Outcome
from tests.chaos.scene import PARTITIONS, REPLICAS, WORKERS
from tests.chaos.sender import CONNECTIONS
from tests.chaos.stage import NODES
from tests.fuzz.machine import machine

RESULTS: Final = Path(__file__).parent / "results"
_NOT_COVERED: Final = (
    "power loss",
    "network between gateway and broker",
    "records that Kafka refuses",
    "credentials of Kafka that change for good: they are read at the start",
)
"""What this run says nothing about; some of it other tests do."""

Figures = dict[str, object]


def figures(outcome: Outcome) -> Figures:
    """What is printed and kept; of what should not be there, the first twenty."""
    found, happened = outcome.account, outcome.occurrences
    flaws = {
        "lost": found.lost,
        "inversions": found.inversions,
        "ghosts": found.ghosts,
        "altered": found.altered,
    }
    kinds = [kind for kind in Kind if any(each.kind is kind for each in happened)]
    return {
        "events": outcome.plan.events,
        "rate": outcome.plan.rate,
        "seed": outcome.plan.seed,
        "seconds": round(outcome.seconds, 1),
        "sent": found.sent,
        "accepted": found.accepted,
        "journal": outcome.journal,
        "published": found.published,
        **{name: each.count for name, each in flaws.items()},
        "duplicates": found.duplicates,
        "duplicates_percent": round(100 * found.duplicates / max(found.published, 1), 3),
        "unpromised": found.unpromised,
        "kills": _recovered(happened, KILLS),
        "broker_faults": _recovered(happened, BROKER_FAULTS),
        "outcomes": outcome.outcomes,
        "ways": outcome.seen,
        "slowest_accepted_s": round(outcome.slowest, 3),
        "faults": {
            kind.value: _recovery([each for each in happened if each.kind is kind])
            for kind in kinds
        },
        "all_faults": _recovery(happened),
        "errors": [f"{each.kind}: {each.error}" for each in happened if each.error],
        "missing": outcome.missing,
        "first": {name: each.first for name, each in flaws.items() if each.count},
        "not_covered": [
            *_NOT_COVERED,
            *(f"{kind}: {reason}" for kind, reason in ground.impossible().items()),
        ],
    }


def keep(found: Figures, at: datetime, folder: Path = RESULTS) -> Path:
    """Write the figures, and what they were measured on, to `<date>-<seed>.json`."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{at:%Y-%m-%d}-{found['seed']}.json"
    document = {"at": at.isoformat(timespec="seconds"), **found, "machine": setting()}
    file.write_text(json.dumps(document, indent=1) + "\n")
    return file


def setting() -> Figures:
    """The machine, the versions, and what ran."""
    pom = Path(jars.__file__).with_name("pom.xml").read_text()
    kafka = re.findall(r"<kafka.version>(.+)</kafka.version>", pom)[0]
    return {
        **machine(),
        "kafka": kafka,
        "kafka-python": version("kafka-python"),
        "brokers": NODES,
        "replicas": REPLICAS,
        "partitions": PARTITIONS,
        "receivers": WORKERS,
        "connections": CONNECTIONS,
    }


def _recovered(occurrences: Iterable[Occurrence], kinds: Iterable[Kind]) -> int:
    counted = set(kinds)
    return sum(each.kind in counted and not each.error for each in occurrences)


def _recovery(occurrences: Sequence[Occurrence]) -> Figures:
    """Seconds from the end of a fault until what was started was there, callbacks were accepted,
    and all was published."""
    recovered = [each for each in occurrences if not each.error]
    return {
        "occurred": len(occurrences),
        "recovered": len(recovered),
        "lasted_s": _spread([each.seconds for each in recovered]),
        "ready_s": _spread([each.ready for each in recovered]),
        "accepting_s": _spread([each.accepting for each in recovered]),
        "publishing_s": _spread([each.publishing for each in recovered]),
    }


def _spread(seconds: Sequence[float]) -> Figures:
    if not seconds:
        return {}
    return {"p50": round(median(seconds), 2), "max": round(max(seconds), 2)}
