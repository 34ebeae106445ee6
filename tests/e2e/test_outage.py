"""Kafka dies under load and comes back: senders do not notice, consumers miss nothing."""

import asyncio
from collections.abc import Callable

import pytest

from tests.broker.kafka import Broker
from tests.e2e.delivery import (
    delivered,
    duplicates,
    inversions,
    missing,
    until_published,
)
from tests.e2e.fixtures import NewGateway, publishing
from tests.e2e.load import load

pytestmark = pytest.mark.kafka

OUTAGE_SECONDS = 20
RATE = 100


async def test_twenty_seconds_without_kafka_lose_nothing(
    new_broker: Callable[[], Broker],
    new_gateway: NewGateway,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    """Killed under load: all 200 in bounded time, and publishing goes on by itself, in order."""
    broker = new_broker()
    await asyncio.to_thread(broker.start)
    broker.create_topic("jobs", partitions=3)
    gateway = new_gateway(publishing(broker.bootstrap, "jobs"))
    gateway.start()
    async with load(gateway.url, rate=RATE) as told:
        await told.until(RATE)
        broker.kill()
        before = len(told.accepted)
        await told.until(before + RATE * OUTAGE_SECONDS, within=OUTAGE_SECONDS * 1.5)
        assert gateway.metric("gateway_kafka_up") == 0
        ready = gateway.ask("/readyz")
        assert ready.status == 200
        assert "Kafka does not answer" in str(ready.document["notices"])
        await asyncio.to_thread(broker.start)
        await told.until(len(told.accepted) + RATE)
    assert told.refusals == []
    assert told.slowest < 2.0
    await asyncio.to_thread(until_published, gateway, "jobs")
    records = delivered(broker.bootstrap, "jobs")
    record_testsuite_property("outage-accepted", len(told.accepted))
    record_testsuite_property("outage-duplicates", duplicates(records))
    record_testsuite_property("outage-slowest-seconds", round(told.slowest, 3))
    assert missing(told.accepted, records) == []
    assert inversions(records) == {}
    assert gateway.metric("gateway_kafka_up") == 1
    assert gateway.metric("gateway_publisher_restarts_total") == 0
