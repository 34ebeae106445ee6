"""The outcome of a run → its figures, and the file that keeps them."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

from tests.broker import jars
from tests.chaos.lanes import Occurrence
from tests.chaos.run import NODES, Outcome
from tests.chaos.scene import PARTITIONS, REPLICAS, WORKERS
from tests.chaos.schedule import Kind
from tests.fuzz.machine import machine

RESULTS: Final = Path(__file__).parent / "results"
NOT_COVERED: Final = (
    *("disk full or slow", "steps of the clock", "wrong credentials", "power loss"),
    *("network between gateway and broker", "records that Kafka refuses"),
)
"""What this run says nothing about; some of it other tests do."""
_SHOWN: Final = 20

Figures = dict[str, object]


def figures(outcome: Outcome) -> Figures:
    """What is printed and kept; of what should not be there, the first twenty."""
    found = outcome.account
    tries = [each for each in outcome.attempts if each.event]
    return {
        "events": outcome.plan.events,
        "seed": outcome.plan.seed,
        "seconds": round(outcome.seconds, 1),
        "sent": found.sent,
        "accepted": found.accepted,
        "journal": outcome.journal,
        "published": found.published,
        "lost": len(found.lost),
        "duplicates": found.duplicates,
        "inversions": len(found.inversions),
        "ghosts": len(found.ghosts),
        "altered": len(found.altered),
        "unpromised": found.unpromised,
        "outcomes": dict(Counter(each.outcome for each in outcome.attempts).most_common()),
        "slowest_accepted_s": round(max((each.seconds for each in tries), default=0), 3),
        "faults": {
            kind.value: _recovery([each for each in outcome.occurrences if each.kind is kind])
            for kind in Kind
        },
        "all_faults": _recovery(outcome.occurrences),
        "errors": [f"{each.kind}: {each.error}" for each in outcome.occurrences if each.error],
        "missing": outcome.missing,
        "lost_first": [asdict(each) for each in found.lost[:_SHOWN]],
        "inverted_first": dict(list(found.inversions.items())[:_SHOWN]),
        "wrong_first": [asdict(each) for each in (*found.ghosts, *found.altered)[:_SHOWN]],
        "not_covered": NOT_COVERED,
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
    }


def _recovery(occurrences: Sequence[Occurrence]) -> Figures:
    """Seconds from the end of a fault until what was started was there, callbacks were accepted,
    and all was published."""
    recovered = [each for each in occurrences if not each.error]
    return {
        "occurred": len(occurrences),
        "ready_s": _spread([each.ready for each in recovered]),
        "accepting_s": _spread([each.accepting for each in recovered]),
        "publishing_s": _spread([each.publishing for each in recovered]),
    }


def _spread(seconds: Sequence[float]) -> Figures:
    if not seconds:
        return {}
    return {"p50": round(median(seconds), 2), "max": round(max(seconds), 2)}
