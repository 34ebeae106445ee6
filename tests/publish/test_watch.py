"""Beginning anew with Kafka where nothing else helps."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.publish.batch import KafkaRecord
from gateway.publish.lane import Lane
from gateway.publish.options import KafkaOptions
from gateway.publish.route import Route
from gateway.publish.watch import Watch
from tests.broker.kafka import Broker
from tests.broker.messages import messages
from tests.broker.proxy import PRODUCE, Proxy
from tests.broker.waiting import until
from tests.publish.events import events, numbers, publishing


def unanswered(since: float) -> Lane:
    """A lane whose first record has waited for an answer since then."""
    lane = Lane("topic", 0)
    lane.append(1, KafkaRecord(b"", b"", ()))
    lane.send(1, since)
    return lane


def times(watch: Watch, lane: Lane, until: int) -> list[int]:
    """The seconds at which it wants to begin anew."""
    return [now for now in range(until) if watch.cause([lane], None, now)]


def test_a_batch_without_an_answer_is_a_reason_at_growing_distances() -> None:
    """As long as it lasts, up to sixteen times the patience."""
    found = times(Watch(10), unanswered(0), 1000)
    distances = [later - sooner for sooner, later in pairwise(found)]
    assert (found[0], distances[:7]) == (11, [10, 20, 40, 80, 160, 160, 160])


def test_an_answer_is_no_reason() -> None:
    """Whatever it says; a lane that waits for nothing is none either."""
    lane = unanswered(0)
    lane.retry("too few replicas", 5)
    assert times(Watch(10), lane, 100) == []


def test_an_answer_that_means_nothing_is_a_reason_at_once() -> None:
    """And then not before the patience is over."""
    watch = Watch(10)
    assert watch.cause([], "UnknownError: ?", 100) == "unexpected"
    assert watch.cause([], "UnknownError: ?", 105) is None
    assert watch.cause([], "UnknownError: ?", 110) == "unexpected"


def test_after_a_quiet_time_it_is_as_patient_as_before() -> None:
    """What was long ago does not make it wait."""
    watch, quiet = Watch(10), Lane("topic", 0)
    assert times(watch, unanswered(0), 100) == [11, 21, 41, 81]
    assert [watch.cause([quiet], None, now) for now in (200, 300)] == [None, None]
    assert [now for now in range(300, 340) if watch.cause([unanswered(290)], None, now)] == [
        301,
        311,
        331,
    ]


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[tuple[Broker, Proxy]]:
    """A broker that is reached through a proxy."""
    with Proxy() as proxy, Broker(tmp_path, advertised=proxy.address) as broker:
        proxy.target = broker.bootstrap
        yield broker, proxy


@pytest.mark.kafka
def test_a_broker_that_answers_all_but_what_is_written(
    proxied: tuple[Broker, Proxy], record_testsuite_property: Callable[[str, object], None]
) -> None:
    """All connections are made anew, which is counted; nothing is lost, and nobody waits longer."""
    broker, proxy = proxied
    broker.create_topic("topic", partitions=2)
    options = KafkaOptions(bootstrap_servers=(broker.bootstrap,), request_timeout_ms=300)
    with publishing([Route("r", "topic")], options) as running:
        running.publish(events(20))
        until(lambda: running.is_done("r"))
        proxy.lost = frozenset({PRODUCE})
        running.publish(events(20))
        until(lambda: running.witness.blocked.get("r"))
        assert "RequestTimedOutError" in str(running.witness.blocked["r"])
        until(lambda: running.witness.causes)
        assert running.witness.causes == ["stalled"]
        assert running.witness.up == [True]
        proxy.lost = frozenset()
        until(lambda: running.is_done("r"))
        assert running.witness.blocked["r"] is None
    record_testsuite_property("lost-requests", proxy.losses)
    assert len(messages(broker.bootstrap, "topic")) == 40
    assert sorted(numbers(messages(broker.bootstrap, "topic"))) == list(range(1, 21))
