"""So many events that one in ten thousand cannot be lost unseen."""

from collections.abc import Callable

import pytest

from gateway.publish.options import KafkaOptions
from gateway.publish.route import Route
from tests.broker.kafka import Broker
from tests.broker.messages import messages
from tests.broker.waiting import until
from tests.publish.events import MemoryJournal, events, publishing

pytestmark = pytest.mark.kafka

COUNT = 30_000


def test_each_of_many_events_arrives(kafka: Broker, new_topic: Callable[..., str]) -> None:
    """Once, as nothing fails meanwhile."""
    topic = new_topic(partitions=3)
    journal = MemoryJournal()
    journal.append(events(COUNT))
    options = KafkaOptions(bootstrap_servers=(kafka.bootstrap,))
    with publishing([Route("r", topic)], options, journal=journal) as running:
        until(lambda: running.is_done("r"), within=60)
    arrived = [message.value for message in messages(kafka.bootstrap, topic)]
    assert len(arrived) == COUNT
    assert set(arrived) == {record.event.json for record in journal.records}
