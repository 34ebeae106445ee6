"""What is to happen → a gateway and a cluster with all that the faults need, running."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from tests.broker.cluster import Cluster
from tests.chaos import ground
from tests.chaos.account import Books
from tests.chaos.clock import Clock
from tests.chaos.disk import Disk
from tests.chaos.kinds import Kind
from tests.chaos.ledger import Ledger
from tests.chaos.scene import LISTENER, PASSWORD, TOPIC, USER, WORKERS, Scene, start
from tests.chaos.sender import Senders
from tests.chaos.watch import Watch
from tests.e2e.gateway import Gateway

NODES: Final = 2
_EVENT_BYTES: Final = 8 << 10
"""Of the disk, more than an event of these takes."""
_DISK_BYTES: Final = 512 << 20


@contextmanager
def stage(
    kinds: Collection[Kind], folder: Path, events: int, *, rate: float, seed: int
) -> Iterator[Scene]:
    """Everything runs inside the block, with what faults of these kinds need; files in `folder`."""
    with ExitStack() as opened:
        disk = None
        if ground.ON_DISK.keys() & kinds:
            disk = Disk(folder / "disk", _DISK_BYTES + events * _EVENT_BYTES)
            opened.enter_context(disk)
        clock = Clock(folder) if ground.ON_CLOCK.keys() & kinds else None
        cluster = opened.enter_context(
            Cluster(folder / "kafka", nodes=NODES, listeners=(LISTENER,))
        )
        ledger = opened.enter_context(Ledger(folder / "ledger"))
        books = Books(folder / "books")
        opened.callback(books.close)
        gateway = _gateway(folder / "gateway", cluster, disk, clock)
        opened.callback(gateway.clean)
        senders = Senders(gateway, ledger, rate=rate, seed=seed)
        watch = Watch(gateway)
        scene = Scene(gateway, cluster, ledger, books, senders, watch, disk=disk, clock=clock)
        scene.set_password(PASSWORD)
        scene.create_topic()
        start(gateway)
        senders.port = gateway.port
        opened.enter_context(watch)
        yield scene


def _gateway(folder: Path, cluster: Cluster, disk: Disk | None, clock: Clock | None) -> Gateway:
    folder.mkdir()
    settings = {
        "server": {"workers": WORKERS},
        "journal": {"path": str((disk.folder if disk else folder) / "journal.db")},
        "kafka": {
            "bootstrap_servers": [node.address(LISTENER) for node in cluster.nodes.values()],
            "security_protocol": LISTENER,
            "sasl_mechanism": "SCRAM-SHA-256",
            "sasl_plain_username": USER,
            "sasl_plain_password": "env:KAFKA_PASSWORD",
        },
        "routes": [{"topic": TOPIC}],
    }
    environ = {"KAFKA_PASSWORD": PASSWORD, **(clock.environ if clock else {})}
    return Gateway(folder, settings, environ)
