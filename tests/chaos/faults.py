"""Each kind of fault → what is done: it is begun, lasts for its seconds, and is made good.

A deed returns when it began to make good, on the clock of `time.monotonic`; what is started is then
ready, or has at least been told to start.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Final

from kafka import KafkaAdminClient, TopicPartition

from tests.broker import topics
from tests.broker.kafka import Broker
from tests.broker.waiting import until
from tests.chaos.scene import TOPIC, WORKERS, Scene, start
from tests.chaos.schedule import Fault, Kind
from tests.e2e.gateway import is_alive

_PREFERRED: Final = 0


class UncleanEndError(Exception):
    """The gateway did not end as it promises."""


def _made_good(deed: Callable[[], object], fault: Fault) -> float:
    """When the fault has lasted, do what ends it."""
    time.sleep(fault.seconds)
    began = monotonic()
    deed()
    return began


def _child(name: str, scene: Scene, fault: Fault) -> int:
    until(lambda: scene.gateway.children(name))
    pids = scene.gateway.children(name)
    return pids[fault.pick % len(pids)]


def _kill_child(name: str, scene: Scene, fault: Fault) -> float:
    pid = _child(name, scene, fault)
    os.kill(pid, signal.SIGKILL)
    return monotonic()


def _pause_child(name: str, scene: Scene, fault: Fault) -> float:
    return _pause([_child(name, scene, fault)], fault)


def _pause_receivers(scene: Scene, fault: Fault) -> float:
    until(lambda: len(scene.gateway.children("receiver")) == WORKERS)
    return _pause(scene.gateway.children("receiver"), fault)


def _pause(pids: Sequence[int], fault: Fault) -> float:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(fault.seconds)
        return monotonic()
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _kill_gateway(scene: Scene, fault: Fault) -> float:
    scene.gateway.kill()
    return _made_good(partial(start, scene.gateway), fault)


def _kill_supervisor(scene: Scene, fault: Fault) -> float:
    """Its children notice by themselves, and end."""
    gateway = scene.gateway
    orphans = [*gateway.children("receiver"), *gateway.children("publisher")]
    gateway.signal(signal.SIGKILL)
    gateway.wait()
    until(lambda: not any(is_alive(pid) for pid in orphans), within=20)
    return _made_good(partial(start, gateway), fault)


def _terminate(scene: Scene, fault: Fault) -> float:
    code = scene.gateway.stop()
    if code:
        raise UncleanEndError(f"exit code {code} after SIGTERM")
    return _made_good(partial(start, scene.gateway), fault)


def _broker(scene: Scene, fault: Fault) -> Broker:
    nodes = list(scene.cluster.nodes.values())
    return nodes[fault.pick % len(nodes)]


def _kill_broker(scene: Scene, fault: Fault) -> float:
    broker = _broker(scene, fault)
    broker.kill()
    return _made_good(broker.start, fault)


def _pause_broker(scene: Scene, fault: Fault) -> float:
    broker = _broker(scene, fault)
    broker.pause()
    return _made_good(broker.resume, fault)


def _stop_broker(scene: Scene, fault: Fault) -> float:
    broker = _broker(scene, fault)
    broker.stop()
    return _made_good(broker.start, fault)


def _outage(scene: Scene, fault: Fault) -> float:
    for broker in scene.cluster.nodes.values():
        broker.kill()
    return _made_good(scene.cluster.start, fault)


def _move_leaders(scene: Scene, fault: Fault) -> float:
    """Every partition is led by another node than before."""
    servers = scene.cluster.bootstrap
    before = {n: part.leader for n, part in topics.partitions(servers, TOPIC).items()}
    order = {n: [*(set(scene.cluster.nodes) - {leader}), leader] for n, leader in before.items()}
    began = monotonic()
    with KafkaAdminClient(bootstrap_servers=servers) as admin:
        admin.alter_partition_reassignments(
            {TopicPartition(TOPIC, n): nodes for n, nodes in order.items()}
        )
        admin.elect_leaders(_PREFERRED, {TOPIC: list(order)})
    wanted = {n: nodes[0] for n, nodes in order.items()}
    until(
        lambda: {n: p.leader for n, p in topics.partitions(servers, TOPIC).items()} == wanted,
        within=20,
    )
    return began


def _delete_topic(scene: Scene, fault: Fault) -> float:
    """What was in it is read back before, while nobody sends: the rest is owed to the new one."""
    with scene.quiet:
        scene.senders.is_open = False
        scene.until_quiet()
        scene.read += scene.read_back()
        topics.delete(scene.cluster.bootstrap, TOPIC)
        scene.senders.is_open = True
    return _made_good(scene.create_topic, fault)


DEEDS: Final[Mapping[Kind, Callable[[Scene, Fault], float]]] = {
    Kind.KILL_GATEWAY: _kill_gateway,
    Kind.KILL_SUPERVISOR: _kill_supervisor,
    Kind.KILL_RECEIVER: partial(_kill_child, "receiver"),
    Kind.KILL_PUBLISHER: partial(_kill_child, "publisher"),
    Kind.PAUSE_RECEIVER: partial(_pause_child, "receiver"),
    Kind.PAUSE_RECEIVERS: _pause_receivers,
    Kind.PAUSE_PUBLISHER: partial(_pause_child, "publisher"),
    Kind.TERMINATE: _terminate,
    Kind.KILL_BROKER: _kill_broker,
    Kind.PAUSE_BROKER: _pause_broker,
    Kind.STOP_BROKER: _stop_broker,
    Kind.OUTAGE: _outage,
    Kind.MOVE_LEADERS: _move_leaders,
    Kind.DELETE_TOPIC: _delete_topic,
}
