"""One event that its topic does not take: nobody else notices, and it is found again."""

from collections.abc import Callable

import pytest

from tests.broker.kafka import Broker
from tests.broker.messages import messages
from tests.broker.waiting import until
from tests.e2e.delivery import delivered, until_published
from tests.e2e.fixtures import NewGateway, publishing
from tests.e2e.gateway import callback

pytestmark = pytest.mark.kafka


def test_a_refused_event_is_counted_and_in_the_dead_letters(
    kafka: Broker, new_topic: Callable[..., str], new_gateway: NewGateway
) -> None:
    """The raw bytes stay in the journal; the route is at its end and does not wait."""
    topic, dead = new_topic(configuration={"max.message.bytes": "5000"}), new_topic()
    gateway = new_gateway(publishing(kafka.bootstrap, topic) | {"dead_letter": {"topic": dead}})
    gateway.start()
    name, counted = "gateway_dead_letters_total", {"route": topic, "reason": "too_large"}
    until(lambda: gateway.metrics().get((name, tuple(sorted(counted.items())))) == 0)
    bodies = [callback("j1", 1), callback("j2", "x" * 8000), callback("j3", 3)]
    events = [gateway.post(body).document["events"][0] for body in bodies]
    until_published(gateway, topic)
    until(lambda: gateway.metric(name, **counted) == 1)
    assert gateway.metric("gateway_route_blocked", route=topic) == 0
    until(lambda: gateway.ask("/readyz").document == {"status": "ok"})
    assert [record.event for record in delivered(kafka.bootstrap, topic)] == [events[0], events[2]]
    (letter,) = messages(kafka.bootstrap, dead)
    assert dict(letter.headers)["dead_letter_event"] == events[1].encode()
