"""What the publishing process costs while it cannot publish: next to nothing."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from kafka.admin import ACLOperation

from gateway.publish.options import KafkaOptions
from tests.broker import topics
from tests.broker.certificates import Certificates, certificates
from tests.broker.cluster import Cluster
from tests.broker.fixtures import USER
from tests.broker.kafka import Broker
from tests.publish.process import AWAY, Process, publisher, shares

pytestmark = pytest.mark.kafka

SECONDS = 3.0
MOST = 0.10
"""Of one core."""


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory, tls: Certificates) -> Iterator[Broker]:
    """A broker with TLS, to be stopped at will."""
    folder = tmp_path_factory.mktemp("victim")
    with Broker(folder, listeners=("SSL",), keystore=tls.server) as broker:
        yield broker


@pytest.fixture
def start() -> Iterator[Callable[[KafkaOptions, str], Process]]:
    """Starts publishers that end with the test."""
    with ExitStack() as started:

        def make(options: KafkaOptions, topic: str) -> Process:
            return started.enter_context(publisher(options, topic))

        yield make


Start = Callable[[KafkaOptions, str], Process]


def plain(*servers: str) -> KafkaOptions:
    """Without security; who does not answer is given up sooner than usual."""
    return KafkaOptions(bootstrap_servers=servers, request_timeout_ms=1000)


def assert_cheap(
    troubled: dict[str, tuple[Process, str]],
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    """Each process, once it tells of its trouble, uses next to nothing."""
    for process, trouble in troubled.values():
        process.until_told(trouble)
    processes = [process for process, _ in troubled.values()]
    used = dict(zip(troubled, shares(processes, seconds=SECONDS), strict=True))
    for name, figure in used.items():
        record_testsuite_property(f"share-of-a-core-{name}", round(figure, 4))
    assert {name: figure for name, figure in used.items() if figure > MOST} == {}


@pytest.mark.parametrize("end", ["pause", "kill"])
def test_all_brokers_are_away(
    start: Start,
    victim: Broker,
    tls: Certificates,
    topic_name: str,
    record_testsuite_property: Callable[[str, object], None],
    end: str,
) -> None:
    """Black-holed, or refused; a TLS handshake that hangs is given up, and leaves no socket."""
    victim.create_topic(topic_name)
    secure = replace(
        plain(victim.address("SSL")), security_protocol="SSL", ssl_cafile=str(tls.authority)
    )
    open_one = start(plain(victim.bootstrap), topic_name)
    tls_one = start(secure, topic_name)
    for process in (open_one, tls_one):
        process.until_told("published")
    before = tls_one.descriptors()
    getattr(victim, end)()
    troubled = {f"{end}-plain": (open_one, AWAY), f"{end}-tls": (tls_one, AWAY)}
    assert_cheap(troubled, record_testsuite_property)
    assert tls_one.descriptors() <= before + 1
    victim.resume()


@pytest.mark.parametrize("end", ["kill", "pause"])
def test_one_of_two_nodes_is_away(
    start: Start,
    cluster: Cluster,
    topic_name: str,
    record_testsuite_property: Callable[[str, object], None],
    end: str,
) -> None:
    """With partitions that nobody leads any more, or with too few replicas."""
    alone, twice = f"{topic_name}-alone", f"{topic_name}-twice"
    cluster.create_topic(alone, partitions=4, replicas=1)
    cluster.create_topic(twice, partitions=4, configuration={"min.insync.replicas": "2"})
    getattr(cluster.nodes[1], end)()
    options = plain(*cluster.servers)
    troubled = {
        f"{end}-no-leader": (start(options, alone), "has no leader"),
        f"{end}-no-replica": (start(options, twice), "NotEnoughReplicas"),
    }
    assert_cheap(troubled, record_testsuite_property)


def test_a_cluster_that_is_well_but_not_for_us(
    start: Start,
    kafka: Broker,
    new_topic: Callable[..., str],
    tmp_path: Path,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    """An unknown name, an unknown authority, a wrong password, a missing topic, a missing right,
    an event that is refused."""
    other = certificates(tmp_path, "other")
    distrusted = replace(
        plain(kafka.address("SSL")), security_protocol="SSL", ssl_cafile=str(other.authority)
    )
    known = replace(
        plain(kafka.address("SASL_PLAINTEXT")),
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=USER[0],
        sasl_plain_password=USER[1],
    )
    closed, small = new_topic(), new_topic(configuration={"max.message.bytes": "100"})
    with topics.denied(kafka.bootstrap, USER[0], closed, ACLOperation.WRITE):
        troubled = {
            "dns": (start(plain("kafka.invalid:9092", "other.invalid:9092"), "topic"), AWAY),
            "authority": (start(distrusted, "topic"), AWAY),
            "password": (start(replace(known, sasl_plain_password="wrong"), "topic"), AWAY),
            "topic": (start(plain(kafka.bootstrap), f"{closed}-missing"), "does not exist"),
            "right": (start(known, closed), "TopicAuthorizationFailed"),
            "refused": (start(plain(kafka.bootstrap), small), "is refused"),
        }
        assert_cheap(troubled, record_testsuite_property)
