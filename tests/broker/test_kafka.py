"""The broker itself: it serves, it survives a crash, and what was written can be read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaProducer

from tests.broker import topics
from tests.broker.certificates import Certificates
from tests.broker.cluster import Cluster
from tests.broker.fixtures import USER
from tests.broker.kafka import Broker
from tests.broker.messages import Message, messages
from tests.broker.waiting import until

pytestmark = pytest.mark.kafka


def write(address: str, topic: str, value: bytes, **security: object) -> None:
    """Writes one message with kafka-python's own producer."""
    producer = KafkaProducer(bootstrap_servers=address, acks="all", **security)
    producer.send(topic, value, key=b"k", headers=[("h", b"1")]).get(10)
    producer.close()


def test_written_messages_are_read_back(kafka: Broker, new_topic: Callable[..., str]) -> None:
    """A message comes back with key, value, headers, partition and offset."""
    topic = new_topic()
    write(kafka.bootstrap, topic, b"one")
    assert messages(kafka.bootstrap, topic) == [Message(0, 0, b"k", b"one", (("h", b"1"),))]


def test_a_killed_broker_comes_back_with_its_messages(new_broker: Callable[[], Broker]) -> None:
    """After SIGKILL and a start the same address serves the same data."""
    broker = new_broker()
    broker.start()
    broker.create_topic("kept", partitions=2)
    write(broker.bootstrap, "kept", b"one")
    broker.kill()
    broker.start()
    assert [message.value for message in messages(broker.bootstrap, "kept")] == [b"one"]


@pytest.mark.parametrize("protocol", ["SASL_SSL", "SSL", "SASL_PLAINTEXT"])
def test_every_listener_serves(
    kafka: Broker, tls: Certificates, new_topic: Callable[..., str], protocol: str
) -> None:
    """TLS with the host name checked, and SCRAM, alone and together."""
    topic = new_topic()
    write(
        kafka.address(protocol),
        topic,
        b"one",
        security_protocol=protocol,
        ssl_cafile=str(tls.authority),
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=USER[0],
        sasl_plain_password=USER[1],
    )
    assert [message.value for message in messages(kafka.bootstrap, topic)] == [b"one"]


def test_when_a_leader_dies_another_node_has_its_messages(
    cluster: Cluster, topic_name: str
) -> None:
    """And the one that died follows when it is back."""
    cluster.create_topic(topic_name)
    write(cluster.bootstrap, topic_name, b"one")
    leader = cluster.leader(topic_name)
    leader.kill()
    (follower,) = cluster.nodes.keys() - {leader.node}
    until(lambda: topics.partitions(cluster.bootstrap, topic_name)[0].leader == follower)
    assert [message.value for message in messages(cluster.bootstrap, topic_name)] == [b"one"]
    leader.start()
    cluster.until_in_sync(topic_name, 2)


def test_a_topic_waits_for_the_nodes_it_needs(tmp_path: Path) -> None:
    """As right after a start, or a pause that was longer than the nodes' session."""
    cluster = Cluster(tmp_path)
    try:
        cluster.controller.launch()
        cluster.nodes[1].start()
        cluster.nodes[2].launch()
        cluster.create_topic("waits")
        assert topics.partitions(cluster.bootstrap, "waits")[0].in_sync == {1, 2}
    finally:
        cluster.kill()
