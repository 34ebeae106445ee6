"""The gateway dies at any moment: what was answered 200 reaches its topic, in order."""

import asyncio
import os
import random
import signal
from collections.abc import Callable

import pytest

from gateway.journal import Reader
from tests.broker.kafka import Broker, free_port
from tests.e2e.delivery import delivered, duplicates, inversions, missing, until_published
from tests.e2e.fixtures import NewGateway, publishing
from tests.e2e.gateway import Gateway
from tests.e2e.load import Load, load

pytestmark = pytest.mark.kafka

RATE = 100


async def assert_all_arrive(gateway: Gateway, told: Load, kafka: Broker, topic: str) -> int:
    """What was accepted is in journal and topic, in order for each job. Returns the duplicates."""
    await asyncio.to_thread(until_published, gateway, topic)
    records = delivered(kafka.bootstrap, topic)
    assert missing(told.accepted, records) == []
    assert inversions(records) == {}
    with Reader(gateway.journal) as journal:
        kept = journal.newest(100_000)
    assert [record.seq for record in kept] == list(range(1, len(kept) + 1))
    assert {record.event.id for record in kept} == {record.event for record in records}
    return duplicates(records)


async def test_what_was_accepted_before_kill_9_is_published_afterwards(
    kafka: Broker, new_topic: Callable[..., str], new_gateway: NewGateway
) -> None:
    """All processes are killed while Kafka is away, so that nothing was published yet."""
    topic = new_topic(partitions=3)
    gateway = new_gateway(publishing(f"127.0.0.1:{free_port()}", topic))
    gateway.start()
    async with load(gateway.url, rate=RATE) as told:
        await told.until(RATE)
        assert gateway.metric("gateway_route_published_total", route=topic) == 0
        gateway.kill()
        gateway.settings |= publishing(kafka.bootstrap, topic)
        await asyncio.to_thread(gateway.start)
    assert await assert_all_arrive(gateway, told, kafka, topic) == 0


async def test_kill_9_at_random_moments_loses_nothing(
    kafka: Broker,
    new_topic: Callable[..., str],
    new_gateway: NewGateway,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    """One of two receivers, then all processes twice; the senders try again, the order stays."""
    topic = new_topic(partitions=3)
    gateway = new_gateway({"server": {"workers": 2}, **publishing(kafka.bootstrap, topic)})
    gateway.start()
    seed = random.randrange(1 << 32)
    record_testsuite_property("kill9-seed", seed)
    moments = random.Random(seed)
    async with load(gateway.url, rate=RATE) as told:
        await told.until(2 * RATE)
        os.kill(gateway.children("receiver")[0], signal.SIGKILL)
        for _ in range(2):
            await told.until(len(told.accepted) + moments.randrange(1, 2 * RATE))
            gateway.kill()
            await asyncio.to_thread(gateway.start)
    record_testsuite_property("kill9-accepted", len(told.accepted))
    record_testsuite_property(
        "kill9-duplicates", await assert_all_arrive(gateway, told, kafka, topic)
    )
