"""What faults are done to, and how it is seen from outside whether all is well again."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from time import monotonic
from typing import Final

from tests.broker.cluster import Cluster
from tests.broker.waiting import until
from tests.chaos.ledger import Ledger
from tests.chaos.sender import Senders
from tests.e2e.delivery import Delivered, delivered
from tests.e2e.gateway import Gateway, is_alive

TOPIC: Final = "chaos"
PARTITIONS: Final = 3
REPLICAS: Final = 2
WORKERS: Final = 2
"""Receivers."""
WITHIN: Final = 60.0
"""Seconds in which it must have recovered from any fault."""
_LOOK_SECONDS: Final = 0.1


def start(gateway: Gateway) -> None:
    """As its own `start`, with twice the time: brokers may be starting beside it."""
    gateway.launch()
    with suppress(TimeoutError):
        gateway.until_ready()
    gateway.until_ready()
    gateway.find_admin_port()


@dataclass(slots=True)
class Scene:
    """A gateway, its cluster, those who send to it, and what has been read back so far."""

    gateway: Gateway
    cluster: Cluster
    ledger: Ledger
    senders: Senders
    read: list[Delivered] = field(default_factory=list)
    """All records of topics that are gone."""
    quiet: threading.Lock = field(default_factory=threading.Lock)
    """Held while something is done to the gateway's processes, or must not be done."""

    def progress(self) -> tuple[int, int] | None:
        """Events in the journal, and how many of them are published; None: nobody tells."""
        time.sleep(_LOOK_SECONDS)
        with suppress(OSError, AssertionError, KeyError, HTTPException):
            samples = self.gateway.metrics()
            events = samples["gateway_journal_events", ()]
            lag = samples["gateway_route_lag_events", (("route", TOPIC),)]
            return int(events), int(events - lag)
        return None

    def until_accepting(self, since: float) -> float:
        """Seconds from `since` until a callback that was sent after it had been accepted."""
        until(lambda: self.ledger.accepted_after(since) is not None, within=WITHIN)
        return (self.ledger.accepted_after(since) or monotonic()) - since

    def until_publishing(self, since: float) -> float:
        """Seconds until all that was in the journal, and one event more, had been published."""
        until(self.progress, within=WITHIN)
        wanted = (self.progress() or (0, 0))[0] + 1
        until(lambda: (self.progress() or (0, 0))[1] >= wanted, within=WITHIN)
        return monotonic() - since

    def until_quiet(self) -> None:
        """Return once nothing is sent, and all that ever came is published."""
        until(lambda: not self.senders.under_way, within=WITHIN)
        seen: list[tuple[int, int] | None] = [None, None]

        def is_quiet() -> bool:
            seen[:] = [seen[1], self.progress()]
            now = seen[1]
            return now is not None and now[0] == now[1] and seen[0] == now

        until(is_quiet, within=WITHIN)

    def read_back(self) -> list[Delivered]:
        """All that is in the topic now."""
        return delivered(self.cluster.bootstrap, TOPIC)

    def create_topic(self) -> None:
        """The topic, empty, with every replica in sync."""
        self.cluster.create_topic(TOPIC, partitions=PARTITIONS, replicas=REPLICAS)

    def until_in_sync(self) -> None:
        """Return once all replicas of the topic are in sync."""
        self.cluster.until_in_sync(TOPIC, REPLICAS)

    def mend(self) -> None:
        """Everything runs, whatever went wrong."""
        self.senders.is_open = True
        self.cluster.resume()
        self.cluster.start()
        if not is_alive(self.gateway.pid):
            start(self.gateway)
