"""A lane of planned faults → what really happened, and how long it took to recover from each."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from tests.chaos import processes
from tests.chaos.faults import DEEDS
from tests.chaos.kinds import BROKER_FAULTS, Kind
from tests.chaos.scene import Scene
from tests.chaos.schedule import Fault, Schedule


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A fault that was done; `error` says what of it, or of its recovery, did not come about.

    It had lasted for `seconds` when it `ended`, on the clock of the ledger: before anything was
    started again; meanwhile so many callbacks were `accepted`. From there, in seconds: `ready`,
    until what was started said that it serves; `accepting` and `publishing`.
    """

    kind: Kind
    ended: float = 0.0
    seconds: float = 0.0
    accepted: int = 0
    ready: float = 0.0
    accepting: float = 0.0
    publishing: float = 0.0
    error: str = ""


_FOLLOWED: Final = 6
"""Faults from which not all has recovered yet."""
_LONGEST: Final = 300
"""Characters of an error."""

Tell = Callable[[Occurrence], None]
"""From several threads."""


class Lanes:
    """Do the faults of a schedule; `tell` hears of each once it is recovered from.

    A lane waits until callbacks are accepted again, and not until all are published: the next fault
    may come before. But no more than a few: who is killed again whenever it has just started never
    does its work.
    """

    def __init__(self, scene: Scene, tell: Tell) -> None:
        self._scene = scene
        self._tell = tell
        self._enough = threading.Event()
        self._followed = threading.Semaphore(_FOLLOWED)

    def stop(self) -> None:
        """No further fault begins."""
        self._enough.set()

    def run(self, lane: Iterable[Fault]) -> None:
        """One after the other."""
        with ThreadPoolExecutor(_FOLLOWED) as recoveries:
            for fault in lane:
                if self._enough.wait(fault.calm):
                    return
                self._followed.acquire()
                recoveries.submit(self._follow, self._done(fault))

    def _done(self, fault: Fault) -> Occurrence:
        scene, deed = self._scene, DEEDS[fault.kind]
        try:
            if fault.kind in BROKER_FAULTS:
                # In sync before it, so that what Kafka has acknowledged is Kafka's to keep.
                scene.until_in_sync()
            with scene.quiet if fault.kind in processes.DEEDS else nullcontext():
                began = monotonic()
                ended = deed(scene, fault)
                ready = monotonic() - ended
                accepted = scene.ledger.accepted_between(began, ended)
                accepting = scene.until_accepting(ended)
        except Exception as caught:  # noqa: BLE001 - it is told, and fails the run
            return Occurrence(fault.kind, error=f"{_told(caught)}{self._mended()}")
        return Occurrence(fault.kind, ended, ended - began, accepted, ready, accepting=accepting)

    def _mended(self) -> str:
        try:
            self._scene.mend()
        except Exception as caught:  # noqa: BLE001 - as above
            return f"; not mended: {_told(caught)}"
        return ""

    def _follow(self, done: Occurrence) -> None:
        try:
            publishing = 0.0 if done.error else self._scene.until_publishing(done.ended)
            self._tell(replace(done, publishing=publishing))
        except Exception as caught:  # noqa: BLE001 - as above
            self._tell(replace(done, error=f"published: {_told(caught)}"))
        finally:
            self._followed.release()


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_LONGEST]


def never_happened(
    plan: Schedule, occurrences: Sequence[Occurrence], kinds: Iterable[Kind]
) -> list[str]:
    """Every planned fault that did not occur, or from which nothing recovered; each of `kinds` has
    to be there."""
    planned = Counter(fault.kind for fault in plan.faults)
    done = Counter(each.kind for each in occurrences if not each.error)
    return [
        f"{kind}: planned {planned[kind]}, occurred and recovered {done[kind]}"
        for kind in kinds
        if done[kind] < max(planned[kind], 1)
    ]
