"""Two gateways with journals of their own behind nginx and HAProxy, publishing to one topic."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from uuid import uuid4

import pytest

from tests.broker.kafka import Broker
from tests.broker.waiting import until
from tests.deploy.balancers import BALANCERS, Balancer, balancer
from tests.e2e.delivery import delivered, missing, until_published
from tests.e2e.fixtures import gateways, publishing
from tests.e2e.gateway import TOKEN, Gateway, callback, request
from tests.e2e.load import load

pytestmark = pytest.mark.kafka

RATE = 60
"""Callbacks a second, half of them through each balancer."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What runs."""

    gateways: tuple[Gateway, Gateway]
    balancers: dict[str, Balancer]
    kafka: Broker
    topic: str

    @property
    def urls(self) -> list[str]:
        """Where senders post to."""
        path = self.gateways[0].path
        return [f"http://127.0.0.1:{each.port}{path}" for each in self.balancers.values()]


def start(gateway: Gateway) -> None:
    """As `Gateway.start`, with more patience: there are two, a broker and two balancers."""
    gateway.launch()
    until(lambda: gateway.output, within=90)
    gateway.until_ready()
    gateway.find_admin_port()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, kafka: Broker) -> Iterator[Scene]:
    """Started once, since a gateway needs seconds for that on a busy machine."""
    topic = f"scaling-{uuid4().hex[:8]}"
    kafka.create_topic(topic, partitions=3)
    folder = tmp_path_factory.mktemp("scaling")
    settings = {"server": {"trusted_proxies": ["127.0.0.1"]}, **publishing(kafka.bootstrap, topic)}
    with gateways(folder) as make, ExitStack() as running:
        pair = (make(settings), make(settings))
        for gateway in pair:
            start(gateway)
        balancers = {}
        for name in BALANCERS:
            (folder / name).mkdir()
            balancers[name] = running.enter_context(balancer(name, folder / name, pair))
        yield Scene(pair, balancers, kafka, topic)


@pytest.mark.parametrize("name", BALANCERS)
def test_callbacks_come_through_with_the_senders_address_and_nothing_else_does(
    scene: Scene, name: str
) -> None:
    """Whatever address the sender claims; the secret is in no log of the balancer."""
    before, path = scene.balancers[name], scene.gateways[0].path
    claims = [("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9")]
    accepted = request(before.port, "POST", path, callback(f"j-{name}"), claims)
    assert accepted.document["status"] == "accepted"
    (event,) = accepted.document["events"]
    until(lambda: logged(scene, event))
    assert {line["peer"] for line in logged(scene, event)} == {"127.0.0.1"}
    large = b" " * ((1 << 20) + 1)
    assert request(before.port, "POST", path, large).status == 413
    assert request(before.port, "GET", "/metrics").status == 404
    assert request(before.port, "GET", "/readyz").status == 404
    assert TOKEN not in before.log.read_text()


def logged(scene: Scene, event: str) -> list[dict[str, object]]:
    """What the gateways have logged of it."""
    lines = [line for gateway in scene.gateways for line in gateway.lines()]
    return [line for line in lines if event in line.get("events", [])]


async def test_a_replica_that_is_killed_under_load_loses_nothing_of_what_was_accepted(
    scene: Scene, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """The other one takes what it cannot; started again, it publishes what it has. A callback that
    both have kept is one event to whoever looks at the ids."""
    one, other = scene.gateways
    async with AsyncExitStack() as senders:
        told = [await senders.enter_async_context(load(url, rate=RATE / 2)) for url in scene.urls]
        for each in told:
            await each.until(RATE, within=90)
        one.kill()
        for each in told:
            await each.until(len(each.accepted) + RATE, within=90)
        await asyncio.to_thread(start, one)
        for each in told:
            await each.until(len(each.accepted) + RATE, within=90)
    for gateway in (one, other):
        await asyncio.to_thread(until_published, gateway, scene.topic, within=60)
    accepted = [each for one in told for each in one.accepted]
    refusals = [each for one in told for each in one.refusals]
    records = delivered(scene.kafka.bootstrap, scene.topic)
    assert missing(accepted, records) == []
    assert len({each.event for each in accepted}) == len(accepted)
    assert len({(each.key, each.number) for each in records}) == len({e.event for e in records})
    record_testsuite_property("scaling-accepted", len(accepted))
    record_testsuite_property("scaling-refused", len(refusals))
    record_testsuite_property("scaling-repeated", len(records) - len({e.event for e in records}))
