"""What is done to the cluster, to its topic, and to the gateway's rights there."""

from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic
from typing import Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ACLOperation

from tests.broker import topics
from tests.broker.kafka import Broker
from tests.broker.waiting import until
from tests.chaos.kinds import Kind
from tests.chaos.processes import Deed, kill_child, made_good
from tests.chaos.scene import PASSWORD, TOPIC, USER, WITHIN, Scene
from tests.chaos.schedule import Fault

_PREFERRED: Final = 0


def _broker(scene: Scene, fault: Fault) -> Broker:
    nodes = list(scene.cluster.nodes.values())
    return nodes[fault.pick % len(nodes)]


def _outlasted(scene: Scene, deed: Callable[[], object], fault: Fault) -> float:
    """As `made_good`, once a callback was accepted meanwhile, however slow the machine is."""
    scene.until_accepting(monotonic())
    return made_good(deed, fault)


def _kill_broker(scene: Scene, fault: Fault) -> float:
    broker = _broker(scene, fault)
    broker.kill()
    return made_good(broker.start, fault)


def _pause_broker(scene: Scene, fault: Fault) -> float:
    broker = _broker(scene, fault)
    broker.pause()
    return made_good(broker.resume, fault)


def _stop_broker(scene: Scene, fault: Fault) -> float:
    broker = _broker(scene, fault)
    broker.stop()
    return made_good(broker.start, fault)


def _outage(scene: Scene, fault: Fault) -> float:
    for broker in scene.cluster.nodes.values():
        broker.kill()
    return _outlasted(scene, scene.cluster.start, fault)


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
        within=WITHIN,
    )
    return began


def _delete_topic(scene: Scene, fault: Fault) -> float:
    """What was in it is read back before, while nobody sends: the rest is owed to the new one."""
    with scene.quiet:
        scene.senders.is_open = False
        scene.until_quiet()
        scene.read_back()
        topics.delete(scene.cluster.bootstrap, TOPIC)
        scene.senders.is_open = True
    return _outlasted(scene, scene.create_topic, fault)


def _deny(scene: Scene, fault: Fault) -> float:
    """Until the gateway says that it waits, and for the fault's seconds."""
    began = monotonic()
    servers = scene.cluster.bootstrap
    with topics.denied(servers, USER, TOPIC, ACLOperation.WRITE):
        scene.until_seen(lambda seen: seen.is_blocked, since=began)
        return _outlasted(scene, partial(topics.allow, servers, TOPIC), fault)


def _change_password(scene: Scene, fault: Fault) -> float:
    """A new publisher cannot log in, until the password is the old one again."""
    with scene.quiet:
        scene.set_password("another")
        try:
            began = kill_child("publisher", scene, fault)
            scene.until_seen(lambda seen: seen.is_blocked, since=began)
            scene.until_accepting(monotonic())
        finally:
            ended = made_good(partial(scene.set_password, PASSWORD), fault)
    return ended


DEEDS: Final[Mapping[Kind, Deed]] = {
    Kind.KILL_BROKER: _kill_broker,
    Kind.PAUSE_BROKER: _pause_broker,
    Kind.HANG_BROKER: _pause_broker,
    Kind.STOP_BROKER: _stop_broker,
    Kind.OUTAGE: _outage,
    Kind.MOVE_LEADERS: _move_leaders,
    Kind.DELETE_TOPIC: _delete_topic,
    Kind.DENY: _deny,
    Kind.WRONG_PASSWORD: _change_password,
}
