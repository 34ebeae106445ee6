"""Publishing to a Kafka that is away, dies, hangs or comes late."""

import time
from collections.abc import Callable, Iterator

import pytest

from gateway.publish.options import KafkaOptions
from gateway.publish.reader import Bounds
from gateway.publish.route import Route
from tests.broker.kafka import Broker
from tests.broker.messages import messages
from tests.broker.waiting import until
from tests.publish.events import event, events, is_in_order, numbers, publishing

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker for the outages of this module."""
    with Broker(tmp_path_factory.mktemp("victim")) as broker:
        yield broker


@pytest.fixture
def broker(victim: Broker) -> Broker:
    """The victim, running."""
    victim.resume()
    if not victim.runs:
        victim.start()
    return victim


@pytest.fixture
def topic(broker: Broker, topic_name: str) -> str:
    """A topic of three partitions."""
    broker.create_topic(topic_name, partitions=3)
    return topic_name


def options(broker: Broker) -> KafkaOptions:
    """As always, but a broker that does not answer is given up sooner."""
    return KafkaOptions(bootstrap_servers=(broker.bootstrap,), request_timeout_ms=700)


def test_kafka_may_come_late(new_broker: Callable[[], Broker]) -> None:
    """The publisher starts without it, tells of it, and works as soon as it is there."""
    broker = new_broker()
    with publishing([Route("r", "topic")], options(broker)) as running:
        running.publish(events(50))
        until(lambda: running.witness.up == [False])
        broker.start()
        broker.create_topic("topic")
        until(lambda: running.is_done("r"))
        assert running.witness.up == [False, True]
    assert numbers(messages(broker.bootstrap, "topic")) == list(range(1, 51))


def test_crash_and_hang_lose_nothing_and_keep_the_order(broker: Broker, topic: str) -> None:
    """Events come in all the time while Kafka is killed, started, stopped and continued."""
    with publishing([Route("r", topic)], options(broker)) as running:
        feed = iter(range(1, 100_000))

        def feed_until(fact: Callable[[], object]) -> None:
            def fed() -> object:
                running.publish(event(next(feed)) for _ in range(5))
                return fact()

            until(fed, within=30)

        for _ in range(2):
            feed_until(lambda: running.witness.up[-1:] == [True])
            broker.kill()
            feed_until(lambda: running.witness.up[-1] is False)
            broker.start()
            feed_until(lambda: running.witness.up[-1] is True)
            broker.pause()
            feed_until(lambda: running.witness.up[-1] is False)
            broker.resume()
        until(lambda: running.is_done("r"))
        last = running.journal.head()
    arrived = messages(broker.bootstrap, topic)
    assert sorted(numbers(arrived)) == list(range(1, last + 1))
    assert is_in_order(arrived)


def test_a_position_moves_only_behind_an_acknowledgement(broker: Broker, topic: str) -> None:
    """With Kafka dead it stays, however much there is to publish, and little of it is read."""
    bounds = Bounds(events=100)
    with publishing([Route("r", topic)], options(broker), bounds=bounds) as running:
        running.publish(events(10))
        until(lambda: running.is_done("r"))
        broker.kill()
        running.publish(event(number) for number in range(11, 5001))
        until(lambda: running.witness.up[-1] is False)
        assert running.journal.position("r") == 10
        assert running.journal.furthest <= 110
        assert running.witness.counts == {"r": 10}
        broker.start()
        until(lambda: running.is_done("r"), within=30)
    assert sorted(numbers(messages(broker.bootstrap, topic))) == list(range(1, 5001))


def test_what_is_held_is_bounded_in_bytes(broker: Broker, topic: str) -> None:
    """Large events use up the bound before their number does."""
    bounds = Bounds(size=100_000)
    with publishing([Route("r", topic)], options(broker), bounds=bounds) as running:
        running.publish(events(1))
        until(lambda: running.is_done("r"))
        broker.kill()
        running.publish(event(number, padding=10_000) for number in range(2, 1002))
        until(lambda: running.witness.up[-1] is False)
        assert running.journal.furthest <= 12


@pytest.mark.parametrize("end", ["kill", "pause"])
def test_an_outage_does_not_delay_a_stop(broker: Broker, topic: str, end: str) -> None:
    """With events waiting."""
    with publishing([Route("r", topic)], options(broker)) as running:
        running.publish(events(10))
        until(lambda: running.is_done("r"))
        getattr(broker, end)()
        running.publish(events(10))
        until(lambda: running.witness.up[-1] is False)
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 2
