"""A plan → a gateway that was ended so often, and the account of all that it accepted meanwhile."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from tests.broker.kafka import Broker
from tests.broker.waiting import until
from tests.e2e.delivery import delivered, is_published
from tests.e2e.fixtures import publishing
from tests.e2e.gateway import Gateway
from tests.shutdown.ledger import Account, Ledger, Try, account
from tests.shutdown.plan import DRAIN_DELAY, Kafka, rounds
from tests.shutdown.scene import Ending, Scene, put, started

TOPIC: Final = "shutdown"
PARTITIONS: Final = 3
WORKERS: Final = 2
"""Receivers."""
_DRAIN_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rounds, with the moments of which seed."""

    rounds: int
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan."""

    plan: Plan
    seconds: float
    endings: list[Ending]
    tries: list[Try]
    account: Account
    journal: int
    """Events in the journal: each must have come back."""

    @property
    def faults(self) -> list[str]:
        """What was promised and not kept, with its round."""
        told = [(each.round, fault) for each in self.endings for fault in each.faults]
        return [f"round {one.number}, Kafka {one.kafka}: {fault}" for one, fault in told]

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept."""
        is_conserved = self.journal == self.account.published
        return self.account.is_good and is_conserved and not self.faults


async def run(plan: Plan, folder: Path, tell: Callable[[Ending], None]) -> Outcome:
    """Everything is below `folder`; `tell` hears of each round when it is over."""
    for part in ("gateway", "kafka"):
        (folder / part).mkdir()
    with Broker(folder / "kafka") as broker:
        ledger = Ledger()
        broker.create_topic(TOPIC, partitions=PARTITIONS)
        settings = publishing(broker.bootstrap, TOPIC)
        settings["server"] = {"workers": WORKERS, "drain_delay": f"{DRAIN_DELAY}s"}
        gateway = Gateway(folder / "gateway", settings, {})
        began = monotonic()
        endings: list[Ending] = []
        try:
            for each in rounds(plan.rounds, plan.seed):
                await asyncio.to_thread(put, broker, each.kafka)
                endings.append(await Scene(gateway, broker, ledger).play(each))
                tell(endings[-1])
            seconds = monotonic() - began
            journal = await asyncio.to_thread(_drained, gateway, broker)
            records = await asyncio.to_thread(delivered, broker.bootstrap, TOPIC)
        finally:
            gateway.clean()
    return Outcome(
        plan,
        seconds,
        endings,
        ledger.tries,
        account=account(ledger.tries, records),
        journal=journal,
    )


def _drained(gateway: Gateway, broker: Broker) -> int:
    """The journal's events, once all are published."""
    put(broker, Kafka.UP)
    started(gateway)
    until(lambda: is_published(gateway, TOPIC), within=_DRAIN_SECONDS)
    return int(gateway.metric("gateway_journal_events"))
