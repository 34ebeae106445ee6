"""A gateway that has seen everything, and its metrics then."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.broker.kafka import Broker
from tests.broker.waiting import until
from tests.e2e.delivery import until_published
from tests.e2e.fixtures import gateways, publishing
from tests.e2e.gateway import Gateway, Samples
from tests.observe.mixed import EVERY
from tests.sources import NAME, PROVIDER

Observed = tuple[Gateway, Samples]


def total(samples: Samples, name: str, **labels: str) -> float:
    """The sum of a metric's samples that have these labels."""
    wanted = labels.items()
    return sum(v for (n, has), v in samples.items() if n == name and wanted <= dict(has).items())


def callbacks(gateway: Gateway) -> list[dict[str, object]]:
    """The log's lines of callbacks."""
    return [line for line in gateway.lines() if line["msg"] == "callback"]


@pytest.fixture(scope="package")
def observed(kafka: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """Every request of `EVERY` was sent; one route publishes, one waits; the publisher has died."""
    topic = tmp_path_factory.mktemp("observed").name + str(os.getpid())
    kafka.create_topic(topic)
    sent = sum(count for _, count in EVERY.values())
    token = {"token": {"secrets": ["env:CI_TOKEN"]}}
    source = {"provider": PROVIDER, "verify": [token], "expect_every": "1h"}
    with gateways(tmp_path_factory.mktemp("observed")) as make:
        gateway = make(
            {
                "server": {"body_timeout": "1s"},
                "sources": {NAME: source},
                **publishing(kafka.bootstrap, topic, f"{topic}-absent"),
            }
        )
        gateway.start()
        for send, _ in EVERY.values():
            send(gateway)
        until_published(gateway, topic)
        os.kill(gateway.child("publisher"), signal.SIGKILL)
        until(lambda: gateway.metric("gateway_publisher_restarts_total", cause="SIGKILL"))
        until(lambda: len(callbacks(gateway)) == sent)
        until(lambda: total(gateway.metrics(), "job_outcomes_total") == 4)
        until(lambda: gateway.metric("gateway_process_resident_bytes", process="publisher"))
        yield gateway, gateway.metrics()
