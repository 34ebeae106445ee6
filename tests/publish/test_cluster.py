"""Whom the cluster is asked about, and when it counts as away."""

from types import SimpleNamespace

import pytest
from kafka.errors import KafkaConnectionError, NodeNotReadyError
from kafka.future import Future
from kafka.protocol.metadata import MetadataResponse

from gateway.publish.cluster import Cluster, Topic
from gateway.publish.connections import Node


class FakeNodes:
    """Nodes 1 to 3, of which those in `answers` answer, with these error codes of topic t."""

    def __init__(self, answers: dict[Node, int]) -> None:
        self.answers = answers
        self.asked: list[Node] = []
        self.resting: set[Node] = set()

    def nodes(self) -> list[Node]:
        """All of them."""
        return [1, 2, 3]

    def address(self, node: Node) -> str:
        """Tells the node."""
        return f"host-{node}:9092"

    def learn(self, metadata: MetadataResponse) -> None:
        """Nothing."""

    def ask(self, node: Node, request: object) -> Future:
        """At once."""
        self.asked.append(node)
        if node in self.resting:
            return Future().failure(NodeNotReadyError(node))
        if node not in self.answers:
            return Future().failure(KafkaConnectionError("refused"))
        partition = SimpleNamespace(partition_index=0, leader_id=node)
        topic = SimpleNamespace(
            name="t", error_code=self.answers[node], partitions=[partition], topic_id="id"
        )
        return Future().success(SimpleNamespace(topics=[topic]))


def turn(cluster: Cluster, start: float, end: float) -> None:
    """Looks after the cluster every tenth of a second."""
    for tenth in range(round(start * 10), round(end * 10)):
        cluster.tend(tenth / 10 + 0.01)


@pytest.fixture
def nodes() -> FakeNodes:
    """All are well."""
    return FakeNodes({1: 0, 2: 0, 3: 0})


@pytest.fixture
def cluster(nodes: FakeNodes) -> Cluster:
    """Of which nothing is known yet."""
    return Cluster(nodes, ["t"], servers="host-1:9092")


def test_while_all_is_well_it_is_asked_now_and_then(cluster: Cluster, nodes: FakeNodes) -> None:
    """The same node every ten seconds."""
    assert (cluster.trouble, cluster.topic("t")) == ("", None)
    turn(cluster, 0, 30)
    assert (cluster.trouble, nodes.asked) == (None, [1, 1, 1])
    assert cluster.topic("t") == Topic(1, {0: 1}, identity="id")


def test_what_turned_out_wrong_is_asked_again_soon(cluster: Cluster, nodes: FakeNodes) -> None:
    """After a fifth of a second, once."""
    turn(cluster, 0, 5)
    cluster.stale()
    turn(cluster, 5, 10)
    assert len(nodes.asked) == 2


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (3, "topic t does not exist; create it: kafka-topics.sh --bootstrap-server host-1:9092"),
        (29, "not allowed to describe topic t"),
        (17, "topic t: InvalidTopicError"),
    ],
)
def test_a_topic_in_trouble_is_looked_at_each_second(
    cluster: Cluster, nodes: FakeNodes, code: int, trouble: str
) -> None:
    """And it says what it is."""
    nodes.answers = {1: code}
    turn(cluster, 0, 5)
    found = cluster.topic("t")
    assert found is not None
    assert str(found.trouble).startswith(trouble)
    assert (cluster.trouble, 4 <= len(nodes.asked) <= 6) == (None, True)


def test_one_node_that_is_away_is_no_trouble(cluster: Cluster, nodes: FakeNodes) -> None:
    """The next is asked, and from then on that one."""
    nodes.answers = {2: 0, 3: 0}
    turn(cluster, 0, 25)
    assert (cluster.trouble, nodes.asked) == (None, [1, 2, 2, 2])


def test_when_no_node_answers_kafka_is_away(cluster: Cluster, nodes: FakeNodes) -> None:
    """All have been asked by then; afterwards one each second, until any answers."""
    nodes.answers = {}
    turn(cluster, 0, 0.3)
    assert (cluster.trouble, nodes.asked) == ("", [1, 2])
    turn(cluster, 0.3, 10)
    assert cluster.trouble is not None
    assert cluster.trouble.endswith(":9092: KafkaConnectionError refused")
    assert 10 <= len(nodes.asked) <= 13
    nodes.answers = {2: 0}
    turn(cluster, 10, 13)
    assert cluster.trouble is None


def test_a_node_that_rests_tells_nothing(cluster: Cluster, nodes: FakeNodes) -> None:
    """It was told before why it rests."""
    nodes.answers, nodes.resting = {}, {1, 2, 3}
    turn(cluster, 0, 2)
    assert cluster.trouble == ""
