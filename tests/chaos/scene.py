"""What faults are done to, and how it is seen from outside whether all is well again."""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from time import monotonic
from typing import Final

from kafka.admin import KafkaAdminClient, ScramMechanism, UserScramCredentialUpsertion

from tests.broker.cluster import Cluster
from tests.broker.kafka import free_port
from tests.broker.waiting import until
from tests.chaos.account import Books
from tests.chaos.clock import Clock
from tests.chaos.disk import Disk
from tests.chaos.ledger import Ledger
from tests.chaos.readback import records
from tests.chaos.sender import Senders
from tests.chaos.watch import Seen, Watch
from tests.e2e.gateway import Gateway, is_alive

TOPIC: Final = "chaos"
PARTITIONS: Final = 3
REPLICAS: Final = 2
WORKERS: Final = 2
"""Receivers."""
LISTENER: Final = "SASL_PLAINTEXT"
USER: Final = "gateway"
PASSWORD: Final = "a secret for SCRAM"
WITHIN: Final = 180.0
"""Seconds in which it must have recovered from any fault, on a machine that does other things."""

_RECEIVED: Final = re.compile(rb'"received(?:time|_at)":"([^"]+)"')


def start(gateway: Gateway) -> None:
    """As its own `start`, with more time: brokers start beside it, and the machine is busy."""
    if not gateway.admin_port:
        gateway.admin_port = free_port()
        gateway.settings["admin"] = {"listen": f"127.0.0.1:{gateway.admin_port}"}
    gateway.launch()
    for _ in range(8):
        with suppress(TimeoutError):
            gateway.until_ready()
            return
    gateway.until_ready()


@dataclass(slots=True)
class Scene:
    """A gateway, its cluster, its disk and clock where it has some of its own, and its senders."""

    gateway: Gateway
    cluster: Cluster
    ledger: Ledger
    books: Books
    senders: Senders
    watch: Watch
    disk: Disk | None
    clock: Clock | None
    quiet: threading.Lock = field(default_factory=threading.Lock)
    """Held while something is done to the gateway's processes, or must not be done."""

    def until_accepting(self, since: float) -> float:
        """Seconds from `since` until a callback that was sent after it had been accepted."""
        until(lambda: self.ledger.accepted_after(since) is not None, within=WITHIN)
        return (self.ledger.accepted_after(since) or monotonic()) - since

    def until_publishing(self, since: float) -> float:
        """Seconds until all that was in the journal, and one event more, had been published."""
        wanted = self.until_seen(lambda _: True, since=since).events + 1
        return self.until_seen(lambda seen: seen.published >= wanted, since=since).at - since

    def until_seen(self, fact: Callable[[Seen], object], *, since: float) -> Seen:
        """What the gateway told when the fact first held."""
        return self.watch.until(fact, since=since, within=WITHIN)

    def until_quiet(self) -> None:
        """Return once nothing is sent, and all that ever came is published."""
        until(lambda: not self.senders.under_way, within=WITHIN)
        first = self.until_seen(lambda seen: seen.events == seen.published, since=monotonic())
        again = self.until_seen(lambda seen: seen.events == seen.published, since=first.at + 0.5)
        if again.events != first.events:
            self.until_quiet()

    def newest_received(self) -> float:
        """The gateway's clock when its newest callback came; 0 while nobody tells."""
        with suppress(OSError, HTTPException):
            told = _RECEIVED.search(self.gateway.ask("/api/v1/events?limit=1").body)
            return datetime.fromisoformat(told[1].decode()).timestamp() if told else 0.0
        return 0.0

    def read_back(self) -> None:
        """Enter all that is in the topic now."""
        self.books.enter_records(records(self.cluster.bootstrap, TOPIC, PARTITIONS))

    def create_topic(self) -> None:
        """The topic, empty, with every replica in sync."""
        self.cluster.create_topic(TOPIC, partitions=PARTITIONS, replicas=REPLICAS)

    def until_in_sync(self) -> None:
        """Return once all replicas of the topic are in sync."""
        self.cluster.until_in_sync(TOPIC, REPLICAS)

    def set_password(self, password: str) -> None:
        """With which the gateway's user has to log in from now on."""
        credential = UserScramCredentialUpsertion(USER, ScramMechanism.SCRAM_SHA_256, password)
        with KafkaAdminClient(bootstrap_servers=self.cluster.bootstrap) as admin:
            admin.alter_user_scram_credentials([credential])

    def mend(self) -> None:
        """Everything runs, whatever went wrong."""
        self.senders.is_open = True
        if self.disk is not None:
            self.disk.thaw()
            self.disk.empty()
        if self.clock is not None:
            self.clock.step(0)
        self.cluster.resume()
        self.cluster.start()
        if not is_alive(self.gateway.pid):
            start(self.gateway)
