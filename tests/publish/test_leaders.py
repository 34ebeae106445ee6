"""Publishing to a cluster of several nodes, of which one dies, hangs or comes back."""

from collections.abc import Callable

import pytest

from gateway.publish.options import KafkaOptions
from gateway.publish.route import Route
from tests.broker import topics
from tests.broker.cluster import Cluster
from tests.broker.messages import messages
from tests.broker.waiting import until
from tests.publish.events import Running, event, events, is_in_order, numbers, publishing

pytestmark = pytest.mark.kafka

EACH = 5
"""Events that are published at once while something is waited for."""


@pytest.fixture
def options(cluster: Cluster) -> KafkaOptions:
    """As always, but a broker that does not answer is given up sooner."""
    return KafkaOptions(bootstrap_servers=cluster.servers, request_timeout_ms=700)


def fed(running: Running, fact: Callable[[], object], *, within: float = 30) -> None:
    """Wait for a fact while events come in all the time."""
    feed = iter(range(running.journal.head() + 1, 1_000_000))

    def is_fact() -> object:
        running.publish(event(next(feed)) for _ in range(EACH))
        return fact()

    until(is_fact, within=within)


def has_moved(running: Running, route: str) -> Callable[[], bool]:
    """Whether a route publishes something from now on."""
    before = running.journal.position(route)
    return lambda: running.journal.position(route) > before + 100


@pytest.mark.parametrize("end", ["kill", "pause"])
def test_a_leader_that_goes_costs_nothing(
    cluster: Cluster,
    options: KafkaOptions,
    topic_name: str,
    record_testsuite_property: Callable[[str, object], None],
    end: str,
) -> None:
    """Under load, twice: nothing is lost, the order of each key stays, and the batches that were
    under way are there once."""
    cluster.create_topic(topic_name, partitions=3)
    with publishing([Route("r", topic_name)], options) as running:
        fed(running, has_moved(running, "r"))
        for _ in range(2):
            leader = cluster.leader(topic_name)
            getattr(leader, end)()
            fed(running, has_moved(running, "r"))
            leader.resume() if end == "pause" else leader.start()
            fed(running, has_moved(running, "r"))
            cluster.until_in_sync(topic_name, 2)
        until(lambda: running.is_done("r"), within=30)
        last = running.journal.head()
    arrived = messages(cluster.bootstrap, topic_name)
    assert sorted(numbers(arrived)) == list(range(1, last + 1))
    assert is_in_order(arrived)
    record_testsuite_property(f"leader-{end}-events", last)
    assert len(arrived) == last
    assert False not in running.witness.up
    assert running.witness.causes == []


def test_too_few_replicas_in_sync_are_waited_for(
    cluster: Cluster, options: KafkaOptions, topic_name: str
) -> None:
    """The route says so, publishes nothing, and goes on by itself; others do not notice."""
    cluster.create_topic(topic_name, configuration={"min.insync.replicas": "2"})
    other = f"{topic_name}-other"
    cluster.create_topic(other)
    with publishing([Route("waits", topic_name), Route("flows", other)], options) as running:
        running.publish(events(10))
        until(lambda: running.is_done("waits", "flows"))
        follower = next(
            node for node in cluster.nodes.values() if node is not cluster.leader(topic_name)
        )
        follower.kill()
        until(
            lambda: all(
                len(partition.in_sync) == 1
                for topic in (topic_name, other)
                for partition in topics.partitions(cluster.bootstrap, topic).values()
            )
        )
        running.publish(event(number) for number in range(11, 21))
        until(lambda: running.is_done("flows"))
        until(lambda: running.witness.blocked.get("waits"))
        assert str(running.witness.blocked["waits"]).startswith("NotEnoughReplicas")
        assert running.journal.position("waits") == 10
        follower.start()
        until(lambda: running.is_done("waits"), within=30)
        assert running.witness.blocked["waits"] is None
    assert numbers(messages(cluster.bootstrap, topic_name)) == list(range(1, 21))


def test_a_partition_without_a_leader_holds_up_only_its_route(
    cluster: Cluster, options: KafkaOptions, topic_name: str
) -> None:
    """Of two topics with one replica each, that of the living node goes on; Kafka is not away."""
    names = [f"{topic_name}-{number}" for number in range(2)]
    for name in names:
        cluster.create_topic(name, partitions=2, replicas=1)
    single = next(iter(cluster.nodes.values()))
    routes = [Route("r", names[0]), Route("s", names[1])]
    with publishing(routes, options) as running:
        running.publish(events(20))
        until(lambda: running.is_done("r", "s"))
        single.kill()
        running.publish(event(number) for number in range(21, 41))
        until(lambda: running.witness.blocked.get("r"))
        assert "has no leader" in str(running.witness.blocked["r"])
        assert running.witness.up == [True]
        single.start()
        until(lambda: running.is_done("r", "s"), within=30)
    for name in names:
        arrived = messages(cluster.bootstrap, name)
        assert sorted(numbers(arrived)) == list(range(1, 41))
        assert is_in_order(arrived)
