"""A lane of planned faults → what really happened, and how long it took to recover from each."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from tests.chaos.faults import DEEDS
from tests.chaos.scene import Scene
from tests.chaos.schedule import Fault, Kind, Schedule


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A fault that was done; `error` says what of it, or of its recovery, did not come about.

    It had lasted for `seconds` when it `ended`, on the clock of the ledger: before anything was
    started again. From there, in seconds: `ready`, until what was started said that it serves;
    `accepting` and `publishing`.
    """

    kind: Kind
    ended: float
    seconds: float
    ready: float
    accepting: float
    publishing: float
    error: str = ""


Tell = Callable[[Occurrence], None]


def gateway_lane(scene: Scene, plan: Schedule, tell: Tell) -> None:
    """Do the faults of the gateway's processes, one after the other."""
    for fault in plan.gateway:
        time.sleep(fault.calm)
        with scene.quiet:
            tell(_occurrence(scene, fault, before=lambda: None))


def cluster_lane(scene: Scene, plan: Schedule, tell: Tell) -> None:
    """Do the faults of the cluster, one after the other."""
    for fault in plan.cluster:
        time.sleep(fault.calm)
        # In sync before it, so that what Kafka has acknowledged is Kafka's to keep.
        tell(_occurrence(scene, fault, before=scene.until_in_sync))


def never_happened(plan: Schedule, occurrences: Sequence[Occurrence]) -> list[str]:
    """Every planned fault that did not occur, or from which nothing recovered."""
    planned = [fault.kind for fault in (*plan.gateway, *plan.cluster)]
    done = [each.kind for each in occurrences if not each.error]
    return [
        f"{kind}: planned {planned.count(kind)}, occurred and recovered {done.count(kind)}"
        for kind in Kind
        if done.count(kind) < max(planned.count(kind), 1)
    ]


def _occurrence(scene: Scene, fault: Fault, *, before: Callable[[], None]) -> Occurrence:
    ready = accepting = publishing = 0.0
    error = ""
    ended = monotonic()
    try:
        before()
        ended = DEEDS[fault.kind](scene, fault)
        ready = monotonic() - ended
        accepting = scene.until_accepting(ended)
        publishing = scene.until_publishing(ended)
    except Exception as caught:  # noqa: BLE001 - it is told, and fails the run
        error = f"{type(caught).__name__}: {caught}"
        scene.mend()
    return Occurrence(fault.kind, ended, fault.seconds, ready, accepting, publishing, error)
