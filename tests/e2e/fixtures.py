"""pytest fixtures: gateways of one test's own, in processes that end with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from tests.broker.kafka import Broker
from tests.e2e.gateway import TOKEN, Gateway, Settings


class NewGateway(Protocol):
    """Makes gateways, not started; each has a folder of its own."""

    def __call__(self, settings: Settings = ..., **environ: str) -> Gateway: ...


@contextmanager
def gateways(folder: Path) -> Iterator[NewGateway]:
    """Afterwards nothing of them runs, and none has told the secret."""
    made: list[Gateway] = []
    numbers = count()

    def make(settings: Settings | None = None, **environ: str) -> Gateway:
        own = folder / f"gateway-{next(numbers)}"
        own.mkdir()
        made.append(Gateway(own, settings or {}, environ))
        return made[-1]

    try:
        yield make
    finally:
        for gateway in made:
            gateway.clean()
    logs = [gateway.log for gateway in made if gateway.log.exists()]
    assert [log for log in logs if TOKEN in log.read_text()] == []


@pytest.fixture
def new_gateway(tmp_path: Path) -> Iterator[NewGateway]:
    """Makes gateways that end with the test."""
    with gateways(tmp_path) as make:
        yield make


@pytest.fixture
def gateway(new_gateway: NewGateway) -> Gateway:
    """A running gateway without Kafka."""
    made = new_gateway()
    made.start()
    return made


def publishing(bootstrap: str, *topics: str, **kafka: object) -> dict[str, object]:
    """Sections for one route of every event to each of `topics`."""
    return {
        "kafka": {"bootstrap_servers": [bootstrap], **kafka},
        "routes": [{"topic": topic} for topic in topics],
    }


@pytest.fixture
def publisher(
    new_gateway: NewGateway, kafka: Broker, new_topic: Callable[..., str]
) -> tuple[Gateway, str]:
    """A running gateway with the session's Kafka, and the topic it publishes everything to."""
    topic = new_topic(partitions=3)
    made = new_gateway(publishing(kafka.bootstrap, topic))
    made.start()
    return made, topic
