"""Topics that are missing, come and go, change, or are not ours to write to."""

from collections.abc import Callable

import pytest
from kafka.admin import ACLOperation

from gateway.publish.options import KafkaOptions
from gateway.publish.route import Route
from tests.broker import topics
from tests.broker.fixtures import USER
from tests.broker.kafka import Broker
from tests.broker.messages import messages
from tests.broker.waiting import until
from tests.publish.events import event, events, is_in_order, numbers, publishing

pytestmark = pytest.mark.kafka

NewTopic = Callable[..., str]


@pytest.fixture
def options(kafka: Broker) -> KafkaOptions:
    """How to reach the session's broker."""
    return KafkaOptions(bootstrap_servers=(kafka.bootstrap,))


def test_a_missing_topic_holds_up_only_its_route(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions, topic_name: str
) -> None:
    """The route says what to create, starts by itself once it is there, and never creates it."""
    there, missing = new_topic(), f"{topic_name}-missing"
    routes = [Route("waits", missing), Route("flows", there)]
    with publishing(routes, options) as running:
        running.publish(events(20))
        until(lambda: running.is_done("flows"))
        until(lambda: running.witness.blocked.get("waits"))
        assert running.witness.blocked["waits"] == (
            f"topic {missing} does not exist; create it: kafka-topics.sh "
            f"--bootstrap-server {kafka.bootstrap} --create --topic {missing}"
        )
        assert running.journal.position("waits") == 0
        kafka.create_topic(missing)
        until(lambda: running.is_done("waits"))
        assert running.witness.blocked["waits"] is None
    assert numbers(messages(kafka.bootstrap, missing)) == list(range(1, 21))


def test_a_deleted_topic_is_published_anew_when_it_comes_back(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """From the position on, also with fewer partitions than before."""
    topic = new_topic(partitions=4)
    with publishing([Route("r", topic)], options) as running:
        running.publish(events(20))
        until(lambda: running.is_done("r"))
        kafka.delete_topic(topic)
        running.publish(event(number) for number in range(21, 41))
        until(lambda: running.witness.blocked.get("r"))
        kafka.create_topic(topic)
        until(lambda: running.is_done("r"))
    assert numbers(messages(kafka.bootstrap, topic)) == list(range(21, 41))


def test_a_topic_that_is_created_anew_at_once_is_noticed(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """Though nobody saw it missing, and though it has fewer partitions now: nothing is left over
    for those that are gone."""
    topic = new_topic(partitions=4)
    with publishing([Route("r", topic)], options) as running:
        running.publish(events(100))
        until(lambda: running.is_done("r"))
        kafka.delete_topic(topic)
        kafka.create_topic(topic, partitions=2)
        running.publish(event(number) for number in range(101, 201))
        until(lambda: running.is_done("r"))
    arrived = messages(kafka.bootstrap, topic)
    assert sorted(numbers(arrived)) == list(range(101, 201))
    assert is_in_order(arrived)


def test_a_topic_that_gets_more_partitions_keeps_the_order_of_each_key(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """Under load; new records go to the new partitions, and nothing is lost in between."""
    topic = new_topic(partitions=1)
    feed = iter(range(1, 100_000))
    with publishing([Route("r", topic)], options) as running:

        def fed(count: int) -> Callable[[], bool]:
            def is_wide() -> bool:
                running.publish([event(next(feed))])
                return len({m.partition for m in messages(kafka.bootstrap, topic)}) >= count

            return is_wide

        until(fed(1))
        topics.widen(kafka.bootstrap, topic, 3)
        until(fed(3), within=30)
        last = running.journal.head()
        until(lambda: running.is_done("r"))
    arrived = messages(kafka.bootstrap, topic)
    assert sorted(numbers(arrived)) == list(range(1, last + 1))
    for partition in range(3):
        assert is_in_order(message for message in arrived if message.partition == partition)


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (ACLOperation.WRITE, "TopicAuthorizationFailedError"),
        (ACLOperation.DESCRIBE, "not allowed to describe topic"),
    ],
)
def test_a_missing_right_holds_up_only_its_route(
    kafka: Broker, new_topic: NewTopic, operation: ACLOperation, told: str
) -> None:
    """The route says which, and goes on by itself when it has it."""
    topic, other = new_topic(), new_topic()
    options = KafkaOptions(
        bootstrap_servers=(kafka.address("SASL_PLAINTEXT"),),
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=USER[0],
        sasl_plain_password=USER[1],
    )
    with (
        topics.denied(kafka.bootstrap, USER[0], topic, operation),
        publishing([Route("waits", topic), Route("flows", other)], options) as running,
    ):
        running.publish(events(20))
        until(lambda: running.is_done("flows"))
        until(lambda: running.witness.blocked.get("waits"))
        assert told in str(running.witness.blocked["waits"])
        assert running.journal.position("waits") == 0
        topics.allow(kafka.bootstrap, topic)
        until(lambda: running.is_done("waits"))
        assert running.witness.blocked["waits"] is None
    assert numbers(messages(kafka.bootstrap, topic)) == list(range(1, 21))
    assert running.witness.causes == []
