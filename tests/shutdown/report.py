"""The outcome of a run → its figures, and the file that keeps them."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

from tests.broker import jars
from tests.fuzz.machine import machine
from tests.shutdown.plan import DRAIN_DELAY, Kafka
from tests.shutdown.run import PARTITIONS, WORKERS, Outcome

RESULTS: Final = Path(__file__).parents[1] / "chaos" / "results"
_SHOWN: Final = 20

Figures = dict[str, object]


def figures(outcome: Outcome) -> Figures:
    """What is printed and kept; of what should not be there, the first twenty."""
    found = outcome.account
    once = [each for each in outcome.endings if each.round.again is None]
    twice = [each for each in outcome.endings if each.round.again is not None]
    held = Counter(told for each in once for told in each.held)
    return {
        "rounds": outcome.plan.rounds,
        "seed": outcome.plan.seed,
        "seconds": round(outcome.seconds, 1),
        "drain_delay_s": DRAIN_DELAY,
        "kafka": {state: sum(each.round.kafka is state for each in once) for state in Kafka},
        "accepted": found.accepted,
        "journal": outcome.journal,
        "published": found.published,
        "lost": len(found.lost),
        "duplicates": found.duplicates,
        "inversions": len(found.disordered),
        "ghosts": len(found.ghosts),
        "altered": len(found.altered),
        "unpromised": found.unpromised,
        "cut": sum(len(each.cut) for each in once),
        "in_flight": dict(held),
        "unready_s": _spread(each.unready for each in once),
        "exited_s": {
            state: _spread(each.exited for each in once if each.round.kafka is state)
            for state in Kafka
        },
        "second_signals": len(twice),
        "exited_after_second_s": _spread(each.exited for each in twice),
        "exit_codes": dict(Counter(str(each.code) for each in once)),
        "ready_s": _spread(each.ready for each in outcome.endings),
        "outcomes": dict(Counter(each.outcome for each in outcome.tries).most_common()),
        "load_average": [round(each, 1) for each in os.getloadavg()],
        "faults": outcome.faults[:_SHOWN],
    }


def keep(name: str, found: Figures, at: datetime, folder: Path = RESULTS) -> Path:
    """Write the figures, and what they were measured on, to `<name>-<date>.json`."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}-{at:%Y-%m-%d}.json"
    document = {"at": at.isoformat(timespec="seconds"), **found, "machine": _setting()}
    file.write_text(json.dumps(document, indent=1) + "\n")
    return file


def _setting() -> Figures:
    """The machine, the versions, and what ran."""
    pom = Path(jars.__file__).with_name("pom.xml").read_text()
    (kafka,) = re.findall(r"<kafka.version>(.+)</kafka.version>", pom)
    ran = {"brokers": 1, "partitions": PARTITIONS, "receivers": WORKERS}
    return {**machine(), "kafka": kafka, "kafka-python": version("kafka-python"), **ran}


def _spread(values: Iterable[float]) -> Figures:
    seconds = sorted(values)
    if not seconds:
        return {}
    return {"p50": round(median(seconds), 3), "max": round(seconds[-1], 3)}
