"""A plan → a gateway and a cluster under load and faults → what is to be reported of it."""

import asyncio
import signal
import threading
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from tests.broker.waiting import until
from tests.chaos import ground
from tests.chaos.account import Account
from tests.chaos.kinds import Kind
from tests.chaos.lanes import Lanes, Occurrence, Tell, never_happened
from tests.chaos.ledger import Ledger
from tests.chaos.scene import Scene
from tests.chaos.schedule import Schedule
from tests.chaos.sender import LEFT_BEFORE_ANSWER, LEFT_IN_BODY, NO_ANSWER
from tests.chaos.stage import stage

Beside = Callable[[Scene], Coroutine[None, None, None]]
"""What runs from the start of the storm to its end."""
_DRAIN_SECONDS: Final = 600.0
_LONGEST_SECONDS: Final = 1e6
_AWAY: Final = (Kind.OUTAGE, Kind.DELETE_TOPIC, Kind.DENY, Kind.WRONG_PASSWORD)
"""While these last, nothing can be published."""


@dataclass(frozen=True, slots=True)
class Plan:
    """At least so many callbacks, so many a second, under which faults; `seed` is the senders'."""

    events: int
    rate: float
    schedule: Schedule
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan."""

    plan: Plan
    seconds: float
    occurrences: list[Occurrence]
    outcomes: dict[str, int]
    """Of all tries."""
    slowest: float
    account: Account
    journal: int
    """Events in the journal: each must have come back."""
    seen: dict[str, int]
    """How often each way to recover was gone."""
    missing: list[str]
    """Faults and recoveries that were planned and did not come about."""

    @property
    def is_good(self) -> bool:
        """Whether the gateway kept its promises, and was really tried."""
        is_conserved = self.journal == self.account.published
        return self.account.is_good and is_conserved and not self.missing


async def run(
    plan: Plan,
    folder: Path,
    tell: Tell,
    *,
    beside: Beside | None = None,
) -> Outcome:
    """Everything is below `folder`; `tell` hears of each fault when it is recovered from, from
    several threads. SIGTERM and SIGINT end the storm early."""
    occurrences: list[Occurrence] = []

    def keep(occurrence: Occurrence) -> None:
        occurrences.append(occurrence)
        tell(occurrence)

    with stage(plan.schedule.kinds, folder, plan.events, rate=plan.rate, seed=plan.seed) as scene:
        began = monotonic()
        await _storm(scene, plan, keep, beside=beside)
        seconds = monotonic() - began
        journal = await asyncio.to_thread(_at_rest, scene)
        kinds = plan.schedule.kinds
        seen = ways(scene.ledger, occurrences, kinds)
        return Outcome(
            plan,
            seconds,
            occurrences,
            dict(scene.ledger.outcomes.most_common()),
            scene.ledger.slowest,
            await asyncio.to_thread(scene.books.account),
            journal=journal,
            seen=seen,
            missing=[
                *never_happened(plan.schedule, occurrences, kinds),
                *(f"never seen: {way}" for way, count in seen.items() if not count),
                *([] if scene.ledger.accepted >= plan.events else ["too few callbacks"]),
            ],
        )


def ways(ledger: Ledger, occurrences: list[Occurrence], kinds: Collection[Kind]) -> dict[str, int]:
    """How many callbacks went each way to recover, of those ways that belong to any run or to
    faults of `kinds`."""
    accepted = {
        f"accepted while it lasted: {kind}": sum(
            each.accepted for each in occurrences if each.kind is kind
        )
        for kind in _AWAY
        if kind in kinds
    }
    full = {ground.FULL: ledger.count(ground.FULL)} if Kind.FILL_DISK in kinds else {}
    return {
        f"{NO_ANSWER}, and sent again": ledger.count(NO_ANSWER),
        f"{LEFT_IN_BODY}, and sent again": ledger.count(LEFT_IN_BODY),
        f"{LEFT_BEFORE_ANSWER}, and sent again": ledger.count(LEFT_BEFORE_ANSWER),
        "sent again, though it had been kept": ledger.count("200 duplicate"),
        **full,
        **accepted,
    }


async def _storm(scene: Scene, plan: Plan, keep: Tell, *, beside: Beside | None) -> None:
    lanes, enough = Lanes(scene, keep), threading.Event()

    def end() -> None:
        enough.set()
        lanes.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    faults = plan.schedule
    async with asyncio.TaskGroup() as under_way:
        under_way.create_task(scene.senders.run())
        watching = [under_way.create_task(beside(scene))] if beside else []
        each = (
            asyncio.to_thread(lanes.run, lane)
            for lane in (faults.gateway, faults.cluster, faults.ground)
        )
        await asyncio.gather(*each)
        await asyncio.to_thread(
            until,
            lambda: scene.ledger.accepted >= plan.events or enough.is_set(),
            within=_LONGEST_SECONDS,
        )
        scene.senders.finish()
        for task in watching:
            task.cancel()


def _at_rest(scene: Scene) -> int:
    """Enter what is in ledger and topic, once all is published; the journal's events."""
    seen = scene.watch.until(
        lambda seen: seen.events == seen.published, since=monotonic(), within=_DRAIN_SECONDS
    )
    scene.read_back()
    scene.books.enter_attempts(scene.ledger.attempts())
    return seen.events
