"""A plan → a gateway and a cluster under load and faults → what is to be reported of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from tests.broker.cluster import Cluster
from tests.broker.waiting import until
from tests.chaos.account import Account, account
from tests.chaos.lanes import Occurrence, Tell, cluster_lane, gateway_lane, never_happened
from tests.chaos.ledger import Attempt, Ledger
from tests.chaos.scene import TOPIC, WITHIN, WORKERS, Scene, start
from tests.chaos.schedule import Kind, Schedule, schedule
from tests.chaos.sender import NO_ANSWER, Senders
from tests.e2e.delivery import Delivered
from tests.e2e.gateway import Gateway

NODES: Final = 2
_DRAIN_SECONDS: Final = 120.0
_AWAY: Final = (Kind.OUTAGE, Kind.DELETE_TOPIC)
"""While these last, nothing can be published."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many callbacks in how many seconds, under the faults of which seed."""

    events: int
    seconds: float
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan."""

    plan: Plan
    schedule: Schedule
    seconds: float
    occurrences: list[Occurrence]
    attempts: list[Attempt]
    account: Account
    journal: int
    """Events in the journal: each must have come back."""
    missing: list[str]
    """Faults and recoveries that were planned and did not come about."""

    @property
    def is_good(self) -> bool:
        """Whether the gateway kept its promises, and was really tried."""
        is_conserved = self.journal == self.account.published
        return self.account.is_good and is_conserved and not self.missing


async def run(plan: Plan, folder: Path, tell: Tell) -> Outcome:
    """Everything is below `folder`; `tell` hears of each fault when it is recovered from."""
    faults = schedule(plan.seed, plan.seconds)
    occurrences: list[Occurrence] = []

    def keep(occurrence: Occurrence) -> None:
        occurrences.append(occurrence)
        tell(occurrence)

    (folder / "gateway").mkdir()
    with Cluster(folder / "kafka", nodes=NODES) as cluster, Ledger(folder / "ledger") as ledger:
        settings = {
            "server": {"workers": WORKERS},
            "kafka": {"bootstrap_servers": list(cluster.servers)},
            "routes": [{"topic": TOPIC}],
        }
        gateway = Gateway(folder / "gateway", settings, {})
        try:
            start(gateway)
            senders = Senders(gateway, ledger, rate=plan.events / plan.seconds)
            scene = Scene(gateway, cluster, ledger, senders)
            scene.create_topic()
            began = monotonic()
            await _storm(scene, faults, plan, keep)
            seconds = monotonic() - began
            journal, records = await asyncio.to_thread(_at_rest, scene)
        finally:
            gateway.clean()
    return Outcome(
        plan,
        faults,
        seconds,
        occurrences,
        ledger.attempts,
        account=account(ledger.attempts, records),
        journal=journal,
        missing=[*never_happened(faults, occurrences), *never_seen(ledger, occurrences)],
    )


def never_seen(ledger: Ledger, occurrences: list[Occurrence]) -> list[str]:
    """Ways to recover that no callback went."""
    away = [each for each in occurrences if each.kind in _AWAY and not each.error]
    seen = {
        f"a try that had {NO_ANSWER}, and was repeated": any(
            each.outcome.startswith(NO_ANSWER) for each in ledger.attempts
        ),
        **{
            f"callbacks that were accepted during: {kind}": any(
                ledger.accepted_between(each.ended - each.seconds, each.ended)
                for each in away
                if each.kind is kind
            )
            for kind in _AWAY
        },
    }
    return [f"never seen: {what}" for what, was_seen in seen.items() if not was_seen]


async def _storm(scene: Scene, faults: Schedule, plan: Plan, keep: Tell) -> None:
    lanes: list[Callable[[Scene, Schedule, Tell], None]] = [gateway_lane, cluster_lane]
    async with asyncio.TaskGroup() as under_way:
        under_way.create_task(scene.senders.run())
        await asyncio.gather(*(asyncio.to_thread(lane, scene, faults, keep) for lane in lanes))
        await asyncio.to_thread(
            until, lambda: scene.ledger.accepted >= plan.events, within=plan.seconds + WITHIN
        )
        scene.senders.finish()


def _at_rest(scene: Scene) -> tuple[int, list[Delivered]]:
    """The journal's events, once all are published, and the records of all topics."""
    until(lambda: _is_drained(scene.progress()), within=_DRAIN_SECONDS)
    events, _published = scene.progress() or (0, 0)
    return events, [*scene.read, *scene.read_back()]


def _is_drained(progress: tuple[int, int] | None) -> bool:
    return progress is not None and progress[0] == progress[1]
