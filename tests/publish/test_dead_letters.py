"""Events that their topic will not take, and where they are found then."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from kafka.admin import ACLOperation

from gateway.events import read_record
from gateway.publish.lane import Fault
from gateway.publish.options import KafkaOptions
from gateway.publish.reader import Bounds
from gateway.publish.record import Mode
from gateway.publish.route import Route
from tests.broker import topics
from tests.broker.fixtures import USER
from tests.broker.kafka import Broker
from tests.broker.messages import Message, messages
from tests.broker.waiting import until
from tests.publish.events import MemoryJournal, event, is_in_order, numbers, publishing

REFERENCE = (Path(__file__).parents[2] / "deploy/docs/reference.md").read_text()

NewTopic = Callable[..., str]
LARGE = 5000


@pytest.fixture
def options(kafka: Broker) -> KafkaOptions:
    """How to reach the session's broker."""
    return KafkaOptions(bootstrap_servers=(kafka.bootstrap,))


def test_every_reason_is_documented() -> None:
    """An operator finds it in the reference."""
    assert [fault for fault in Fault if f"| `{fault}` |" not in REFERENCE] == []


def small(new_topic: NewTopic, *, partitions: int = 1) -> str:
    """A topic that takes no large event."""
    return new_topic(partitions=partitions, configuration={"max.message.bytes": "3000"})


def reasons(message: Message) -> dict[str, str]:
    """What a letter says of why it is one."""
    prefix = "dead_letter_"
    return {
        name.removeprefix(prefix): value.decode()
        for name, value in message.headers
        if name.startswith(prefix)
    }


@pytest.mark.kafka
def test_a_refused_event_is_a_dead_letter_and_its_route_goes_on(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """As it would have been published, with the reason; nobody has to do anything."""
    topic, dead = small(new_topic), new_topic(partitions=3)
    with publishing([Route("r", topic)], options, dead_letter=dead) as running:
        running.publish([event(1), event(2, padding=LARGE), event(3)])
        until(lambda: running.is_done("r"))
        until(lambda: running.witness.counts == {"r": 2})
        assert running.witness.dead == [("r", "too_large")]
        assert running.witness.blocked == {}
    assert numbers(messages(kafka.bootstrap, topic)) == [1, 3]
    (letter,) = messages(kafka.bootstrap, dead)
    refused = event(2, padding=LARGE)
    assert (letter.key, letter.value) == (refused.subject.encode(), refused.json)
    assert letter.headers[0] == ("content-type", b"application/cloudevents+json")
    told = reasons(letter)
    assert told.pop("detail").startswith("MessageSizeTooLargeError: ")
    assert told == {
        "route": "r",
        "topic": topic,
        "reason": "too_large",
        "event": refused.id,
        "source": "/callbacks/media",
    }


@pytest.mark.kafka
@pytest.mark.parametrize("mode", Mode)
def test_a_letter_that_is_too_large_too_is_a_stub(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions, mode: Mode
) -> None:
    """It tells which event it was and where that is; consumers can read it."""
    topic, dead = small(new_topic), small(new_topic)
    with publishing([Route("r", topic)], options, mode=mode, dead_letter=dead) as running:
        running.publish([event(1, padding=LARGE)])
        until(lambda: running.is_done("r"))
    (letter,) = messages(kafka.bootstrap, dead)
    headers = dict(letter.headers)
    attributes = (
        orjson.loads(letter.value)
        if mode is Mode.STRUCTURED
        else {n.removeprefix("ce_"): v.decode() for n, v in headers.items() if n.startswith("ce_")}
    )
    assert letter.key == b"j1"
    assert "data" not in attributes
    assert attributes["id"] == event(1).id
    assert attributes["dataref"] == f"/api/v1/events/{event(1).id}"
    assert attributes["subject"] == "j1"
    assert reasons(letter)["reason"] == "too_large"


@pytest.mark.kafka
def test_a_letter_in_binary_mode_is_as_it_would_have_been_published(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """Data as the value, the attributes as headers, the reasons behind them."""
    topic, dead = small(new_topic), new_topic()
    with publishing([Route("r", topic)], options, mode=Mode.BINARY, dead_letter=dead) as running:
        running.publish([event(1, padding=LARGE)])
        until(lambda: running.is_done("r"))
    (letter,) = messages(kafka.bootstrap, dead)
    assert orjson.loads(letter.value) == orjson.loads(event(1, padding=LARGE).json)["data"]
    assert dict(letter.headers)["ce_id"] == event(1).id.encode()
    assert reasons(letter)["source"] == "/callbacks/media"


@pytest.mark.kafka
def test_what_is_larger_than_any_request_is_a_stub(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """It is never sent, so that the topic's own limit does not matter."""
    topic, dead = new_topic(), new_topic()
    options = replace(options, max_request_size=4000)
    with publishing([Route("r", topic)], options, dead_letter=dead) as running:
        running.publish([event(1), event(2, padding=LARGE), event(3)])
        until(lambda: running.is_done("r"))
    assert numbers(messages(kafka.bootstrap, topic)) == [1, 3]
    (letter,) = messages(kafka.bootstrap, dead)
    assert "more than max_request_size" in reasons(letter)["detail"]
    assert numbers([letter]) == [2]


@pytest.mark.kafka
def test_one_poison_in_a_hundred_delays_nobody_for_long(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """All good events arrive, in order; all poison is in the dead letters, byte for byte."""
    topic, dead = small(new_topic, partitions=3), new_topic(partitions=2)
    poison = set(range(50, 3001, 100))
    feed = [event(number, padding=LARGE * (number in poison)) for number in range(1, 3001)]
    with publishing([Route("r", topic)], options, dead_letter=dead) as running:
        running.publish(feed)
        until(lambda: running.is_done("r"), within=30)
    arrived, letters = messages(kafka.bootstrap, topic), messages(kafka.bootstrap, dead)
    assert sorted(numbers(arrived)) == [n for n in range(1, 3001) if n not in poison]
    assert is_in_order(arrived)
    assert len(arrived) == 3000 - len(poison)
    assert sorted(letter.value for letter in letters) == sorted(feed[n - 1].json for n in poison)


@pytest.mark.kafka
def test_without_its_topic_a_dead_letter_holds_up_its_route(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions, topic_name: str
) -> None:
    """Both reasons are told, the missing topic even before it is needed; others go on."""
    topic, other, dead = small(new_topic), new_topic(), f"{topic_name}-missing"
    routes = [Route("r", topic), Route("other", other)]
    with publishing(routes, options, dead_letter=dead) as running:
        until(lambda: f"topic {dead} does not exist" in str(running.witness.no_letters))
        running.publish([event(1), event(2, padding=LARGE), event(3)])
        until(lambda: running.is_done("other"))
        until(lambda: running.witness.blocked.get("r"))
        told = str(running.witness.blocked["r"])
        assert told.startswith("event 2 is refused: MessageSizeTooLargeError: ")
        assert f"; and as a dead letter: topic {dead} does not exist; create it: " in told
        until(lambda: running.journal.position("r") == 1)  # the position comes a little later
        kafka.create_topic(dead)
        until(lambda: running.is_done("r"))
        assert (running.witness.blocked["r"], running.witness.no_letters) == (None, None)
    assert numbers(messages(kafka.bootstrap, topic)) == [1, 3]
    assert numbers(messages(kafka.bootstrap, dead)) == [2]


@pytest.mark.kafka
def test_without_the_right_to_its_topic_a_dead_letter_holds_up_its_route(
    kafka: Broker, new_topic: NewTopic
) -> None:
    """Until it has the right; the letter is the same."""
    topic, dead = small(new_topic), new_topic()
    options = KafkaOptions(
        bootstrap_servers=(kafka.address("SASL_PLAINTEXT"),),
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=USER[0],
        sasl_plain_password=USER[1],
    )
    with publishing([Route("r", topic)], options, dead_letter=dead) as running:
        with topics.denied(kafka.bootstrap, USER[0], dead, ACLOperation.WRITE):
            running.publish([event(1, padding=LARGE), event(2)])
            until(lambda: running.witness.blocked.get("r"))
            assert "and as a dead letter: TopicAuthorizationFailedError" in str(
                running.witness.blocked["r"]
            )
            assert running.journal.position("r") == 0
        until(lambda: running.is_done("r"))
    assert numbers(messages(kafka.bootstrap, dead)) == [1]


@pytest.mark.kafka
def test_a_letter_whose_position_was_not_kept_is_written_again(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """As after a crash: twice there, never not there."""
    topic, dead = small(new_topic), new_topic()
    for _ in range(2):
        journal = MemoryJournal()
        with publishing([Route("r", topic)], options, journal=journal, dead_letter=dead) as running:
            running.publish([event(1, padding=LARGE), event(2)])
            until(lambda: running.is_done("r"))
    assert len(messages(kafka.bootstrap, dead)) == 2
    assert numbers(messages(kafka.bootstrap, dead)) == [1]


@pytest.mark.kafka
def test_what_is_held_behind_a_refused_event_is_bounded(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """Without dead letters its route waits; memory does not."""
    topic = small(new_topic)
    bounds = Bounds(events=100)
    with publishing([Route("r", topic)], options, bounds=bounds) as running:
        running.publish([event(1, padding=LARGE), *(event(number) for number in range(2, 5001))])
        until(lambda: running.witness.blocked.get("r"))
        assert running.journal.furthest <= 100


@pytest.mark.kafka
def test_the_letters_event_is_read_like_any_other(
    kafka: Broker, new_topic: NewTopic, options: KafkaOptions
) -> None:
    """A consumer of the dead letters can use the same reader."""
    topic, dead = small(new_topic), new_topic()
    with publishing([Route("r", topic)], options, dead_letter=dead) as running:
        running.publish([event(1, padding=LARGE)])
        until(lambda: running.is_done("r"))
    (letter,) = messages(kafka.bootstrap, dead)
    assert read_record(letter.value, letter.headers).id == event(1).id
