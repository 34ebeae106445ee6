"""Publishing to a Kafka that is well."""

from collections.abc import Callable

import orjson
import pytest

from gateway.core.errors import GatewayError
from gateway.publish.options import KafkaOptions
from gateway.publish.reader import Bounds
from gateway.publish.record import Mode
from gateway.publish.route import Route
from tests.broker.kafka import Broker
from tests.broker.messages import Message, messages
from tests.broker.waiting import until
from tests.publish.events import (
    MemoryJournal,
    event,
    events,
    is_in_order,
    numbers,
    publishing,
)

pytestmark = pytest.mark.kafka

NewTopic = Callable[..., str]


@pytest.fixture
def options(kafka: Broker) -> KafkaOptions:
    """How to reach the session's broker."""
    return KafkaOptions(bootstrap_servers=(kafka.bootstrap,))


def test_every_event_arrives_once_in_order(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """Key by key, over several partitions; position and count tell the same."""
    topic = new_topic(partitions=3)
    with publishing([Route("r", topic)], options) as running:
        for start in range(0, 500, 50):
            running.publish(event(number) for number in range(start + 1, start + 51))
        until(lambda: running.is_done("r"))
        until(lambda: running.witness.counts == {"r": 500})
    arrived = messages(kafka.bootstrap, topic)
    assert len(arrived) == 500
    assert sorted(numbers(arrived)) == list(range(1, 501))
    assert is_in_order(arrived)
    assert len({message.partition for message in arrived}) == 3
    assert running.witness.up == [True]


def test_routes_take_what_they_match(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """Two routes may share a topic; what nobody wants only moves positions."""
    wanted = {"failure": [1, 4], "canceled": [2], "success": [3, 5, 6]}
    ends, odd = new_topic(), new_topic()
    routes = [
        Route("failures", ends, {"outcome": "failure"}),
        Route("canceled", ends, {"outcome": ["canceled"]}),
        Route("odd", odd, {"data.bucket": "b-1"}, key="bucket"),
    ]
    outcomes = {number: outcome for outcome, those in wanted.items() for number in those}
    with publishing(routes, options) as running:
        running.publish(event(number, outcome=outcomes[number]) for number in range(1, 7))
        until(lambda: running.is_done("failures", "canceled", "odd"))
    assert sorted(numbers(messages(kafka.bootstrap, ends))) == [1, 2, 4]
    assert [
        (message.key, orjson.loads(message.value)["partitionkey"])
        for message in messages(kafka.bootstrap, odd)
    ] == [(b"b-1", "b-1")] * 3


def test_structured_mode(kafka: Broker, new_topic: NewTopic, options: KafkaOptions) -> None:
    """A consumer finds the stored JSON, its media type and the subject as the key."""
    topic = new_topic()
    with publishing([Route("r", topic)], options) as running:
        running.publish([event(1)])
        until(lambda: running.is_done("r"))
    content_type = ("content-type", b"application/cloudevents+json")
    assert messages(kafka.bootstrap, topic) == [
        Message(0, 0, b"j1", event(1).json, (content_type,))
    ]


def test_binary_mode(kafka: Broker, new_topic: NewTopic, options: KafkaOptions) -> None:
    """A consumer finds the data, and the attributes as headers."""
    topic = new_topic()
    with publishing([Route("r", topic)], options, mode=Mode.BINARY) as running:
        running.publish([event(1)])
        until(lambda: running.is_done("r"))
    (message,) = messages(kafka.bootstrap, topic)
    assert orjson.loads(message.value) == orjson.loads(event(1).json)["data"]
    assert dict(message.headers)["content-type"] == b"application/json"
    assert dict(message.headers)["ce_id"] == event(1).id.encode()


def test_a_refused_event_stops_its_route_and_no_other(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """The reason names the event; when the topic takes larger ones, the route goes on in order."""
    small = new_topic(configuration={"max.message.bytes": "3000"})
    large = new_topic()
    with publishing([Route("small", small), Route("large", large)], options) as running:
        running.publish(event(number, padding=5000 * (number == 8)) for number in range(1, 16))
        until(lambda: running.is_done("large"))
        until(lambda: running.witness.blocked.get("small"))
        reason = str(running.witness.blocked["small"])
        assert reason.startswith("event 8 is refused: MessageSizeTooLargeError: ")
        until(lambda: running.journal.position("small") == 7)
        assert numbers(messages(kafka.bootstrap, small)) == list(range(1, 8))
        kafka.configure_topic(small, {"max.message.bytes": "100000"})
        until(lambda: running.is_done("small"))
        assert running.witness.blocked["small"] is None
    assert numbers(messages(kafka.bootstrap, small)) == list(range(1, 16))


def test_an_event_beyond_the_clients_own_limit_is_refused(
    kafka: Broker, new_topic: NewTopic
) -> None:
    """It is not even sent; nothing behind it overtakes it."""
    options = KafkaOptions(bootstrap_servers=(kafka.bootstrap,), max_request_size=4000)
    topic = new_topic()
    with publishing([Route("r", topic)], options) as running:
        running.publish([event(1), event(2, padding=5000), event(3)])
        until(lambda: running.witness.blocked.get("r"))
        until(lambda: running.journal.position("r") == 1)
        assert "event 2 is refused" in str(running.witness.blocked["r"])
        assert "more than max_request_size" in str(running.witness.blocked["r"])
    assert numbers(messages(kafka.bootstrap, topic)) == [1]


def test_a_publisher_goes_on_where_the_last_one_stopped(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """Stopped in the middle of its work: nothing is missing, and what was kept is not repeated."""
    topic = new_topic(partitions=2)
    journal = MemoryJournal()
    bounds = Bounds(events=40)
    with publishing([Route("r", topic)], options, journal=journal, bounds=bounds) as running:
        running.publish(events(5000))
        until(lambda: journal.position("r") > 100)
    kept = journal.position("r")
    assert kept < 5000
    with publishing([Route("r", topic)], options, journal=journal) as running:
        until(lambda: running.is_done("r"))
    arrived = messages(kafka.bootstrap, topic)
    assert sorted(numbers(arrived)) == list(range(1, 5001))
    assert len(arrived) == 5000
    assert is_in_order(arrived)


def test_what_was_published_beyond_the_position_is_not_published_again(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """Another partition had held the last publisher back when it was killed."""
    topic = new_topic(partitions=2)
    journal = MemoryJournal()
    journal.known = {"r": frozenset({2, 5, 10})}
    with publishing([Route("r", topic)], options, journal=journal) as running:
        running.publish(events(10))
        until(lambda: running.is_done("r"))
    assert sorted(numbers(messages(kafka.bootstrap, topic))) == [1, 3, 4, 6, 7, 8, 9]


def test_a_position_that_is_moved_back_is_a_replay(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """Somebody else moves it in the journal; the publisher follows."""
    topic = new_topic()
    with publishing([Route("r", topic)], options) as running:
        running.publish(events(10))
        until(lambda: running.is_done("r"))
        running.journal.advance("r", 6)
        until(lambda: running.witness.counts == {"r": 14})
        until(lambda: running.is_done("r"))
    repeated = [orjson.loads(message.value)["id"] for message in messages(kafka.bootstrap, topic)]
    assert [int(one, 16) for one in repeated[10:]] == [7, 8, 9, 10]


def test_without_a_ring_the_journal_is_looked_into_every_second(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """A lost byte delays an event, no more; nothing is asked for in between."""
    topic = new_topic()
    with publishing([Route("r", topic)], options) as running:
        until(lambda: running.journal.reads == 1)
        running.journal.append([event(1)])
        until(lambda: running.is_done("r"), within=2)
        assert running.journal.reads <= 4


def test_a_doorbell_without_writers_is_silent(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """The receivers have gone: what they left is published, and the publisher does not spin."""
    topic = new_topic()
    with publishing([Route("r", topic)], options) as running:
        running.publish([event(1)])
        running.hang_up()
        until(lambda: running.is_done("r"))
        reads = running.journal.reads
        running.journal.append([event(2)])
        until(lambda: running.is_done("r"), within=2)
        assert running.journal.reads - reads <= 4


def test_where_every_event_is_can_be_looked_up(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """Topic, partition and offset of each, those of a dead letter in the dead letters' topic."""
    small = {"max.message.bytes": "3000"}
    topic, dead = new_topic(partitions=3, configuration=small), new_topic()
    with publishing([Route("r", topic)], options, dead_letter=dead) as running:
        running.publish([*events(50), event(51, padding=5000), event(52)])
        until(lambda: running.is_done("r"))
        entered = running.witness.published_at["r"]
    found = {
        (entry.topic, entry.partition, entry.offset + place): seq
        for entry in entered
        for place, seq in enumerate(entry.seqs)
    }
    assert found == {
        (name, message.partition, message.offset): number
        for name in (topic, dead)
        for message in messages(kafka.bootstrap, name)
        for number in numbers([message])
    }
    assert sorted(found.values()) == list(range(1, 53))


class FullDisk(MemoryJournal):
    """A journal that can be read but not written, for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = True

    def advance(self, route: str, seq: int) -> None:
        """Raises while it is full."""
        if self.is_full:
            raise GatewayError("the disk is full")
        super().advance(route, seq)


def test_a_position_that_cannot_be_kept_stops_nothing(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions, caplog: pytest.LogCaptureFixture
) -> None:
    """What is published is published, once; the position follows as soon as it can, and where each
    event is."""
    topic, journal = new_topic(), FullDisk()
    with publishing([Route("r", topic)], options, journal=journal) as running:
        running.witness.is_full = True
        running.publish(events(10))
        until(lambda: running.witness.counts == {"r": 10})
        until(lambda: "a position cannot be kept: the disk is full" in caplog.text)
        running.publish([event(11)])
        until(lambda: running.witness.counts == {"r": 11})
        assert journal.positions == {}
        journal.is_full = running.witness.is_full = False
        until(lambda: running.is_done("r"))
    entered = [seq for batch in running.witness.published_at["r"] for seq in batch.seqs]
    assert entered == [*range(1, 12)]
    assert [n for m in messages(kafka.bootstrap, topic) for n in numbers([m])] == [*range(1, 12)]
