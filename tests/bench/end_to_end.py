"""From POST to Kafka: what an event costs receiver and publisher, and how long it takes.

A real Kafka and a gateway with one route. Cost: under closed-loop load, the CPU time of the
receiving process, and that of the publishing process until the route is at its end. Time: at 500
callbacks a second, each sent at its own moment, from there to the broker's own timestamp of the
record (LogAppendTime, ms). `python -m tests.bench.end_to_end` prints it without the rest.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import median, quantiles
from time import time
from typing import Final
from uuid import uuid4

import aiohttp

from tests.bench.bodies import callback_json, callback_xml
from tests.bench.load import cpu_seconds, load
from tests.bench.servers import Served, bare_server
from tests.broker import topics
from tests.broker.kafka import Broker
from tests.broker.messages import records
from tests.e2e.delivery import until_published
from tests.e2e.fixtures import publishing
from tests.e2e.gateway import Gateway
from tests.sources import NAME, PROVIDER

RATE: Final = 500
_PARTITIONS: Final = 3
_TOPIC: Final = "bench"
_DRAIN_SECONDS: Final = 120
_AGAIN_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU µs for each event."""

    receiver_us: float
    publisher_us: float

    def __str__(self) -> str:
        return f"receiver {self.receiver_us:7.1f} us  publisher {self.publisher_us:7.1f} us"


@dataclass(frozen=True, slots=True)
class Delay:
    """Milliseconds from POST to record."""

    p50_ms: float
    p99_ms: float

    def __str__(self) -> str:
        return f"p50 {self.p50_ms:.1f} ms  p99 {self.p99_ms:.1f} ms"


class Pipeline:
    """A gateway that publishes to a Kafka."""

    def __init__(self, gateway: Gateway, bootstrap: str) -> None:
        self._gateway = gateway
        self._bootstrap = bootstrap
        self._receiver = Served(gateway.url, gateway.child("receiver"))
        self._publisher = gateway.child("publisher")

    def cost(self, body: str, seconds: int) -> Cost:
        """Under closed-loop load for so many seconds, and until all of it is published."""
        before = cpu_seconds(self._publisher)
        run = load(self._receiver, body, seconds)
        until_published(self._gateway, _TOPIC, within=_DRAIN_SECONDS)
        spent = cpu_seconds(self._publisher) - before
        return Cost(run.cpu_us, spent / run.requests * 1e6)

    def delay(self, body: str, seconds: int) -> Delay:
        """At `RATE` callbacks a second."""
        sent = asyncio.run(_send(self._gateway.url, body, RATE * seconds))
        until_published(self._gateway, _TOPIC, within=_DRAIN_SECONDS)
        written = _appended(self._bootstrap)
        delays = [(written[key] - moment) * 1e3 for key, moment in sent.items()]
        return Delay(median(delays), quantiles(delays, n=100)[98])


@contextmanager
def pipeline() -> Iterator[Pipeline]:
    """One receiver, one publisher, one broker, in processes and a folder of their own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gateway-bench-")))
        (folder / "kafka").mkdir()
        broker = stack.enter_context(Broker(folder / "kafka"))
        configuration = {"message.timestamp.type": "LogAppendTime"}
        topics.create(broker.bootstrap, _TOPIC, partitions=_PARTITIONS, configuration=configuration)
        checks = [{"token": {"secrets": ["env:CI_TOKEN"]}}, {"buckets": ["test-123456789"]}]
        sources = {"sources": {NAME: {"provider": PROVIDER, "verify": checks}}}
        gateway = Gateway(folder, sources | publishing(broker.bootstrap, _TOPIC), {})
        stack.callback(gateway.clean)
        gateway.start()
        yield Pipeline(gateway, broker.bootstrap)


async def _send(url: str, body: str, count: int) -> dict[str, float]:
    """JobId → when it was sent. A late one does not hold up the next."""
    sent: dict[str, float] = {}
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as posts:
        first = time()
        for number in range(count):
            await asyncio.sleep(first + number / RATE - time())
            posts.create_task(_post(session, url, body, sent))
    return sent


async def _post(
    session: aiohttp.ClientSession, url: str, body: str, sent: dict[str, float]
) -> None:
    """Until it is accepted: a machine that stands still for a moment is overloaded in the next. Its
    delay counts from the first try."""
    key = f"j{uuid4().hex}"
    text = body.replace("{ID}", key)
    sent[key] = time()
    while True:
        async with session.post(url, data=text) as response:
            if response.status != HTTPStatus.SERVICE_UNAVAILABLE:
                response.raise_for_status()
                return
        await asyncio.sleep(_AGAIN_SECONDS)


def _appended(bootstrap: str) -> dict[str, float]:
    """JobId → when the broker wrote its record, in Unix seconds."""
    found = records(bootstrap, _TOPIC, partitions=_PARTITIONS)
    return {record.key.decode(): record.timestamp / 1e3 for record in found}


def measure(served: Pipeline, rounds: int, seconds: int) -> dict[str, float]:
    """Medians of the costs, and the delay; each run is told on stderr."""
    costs: dict[str, list[Cost]] = {"xml": [], "json": []}
    for number in range(rounds):
        for kind, body in (("xml", callback_xml()), ("json", callback_json())):
            costs[kind].append(served.cost(body, seconds))
            print(f"round {number} {kind:5} {costs[kind][-1]}", file=sys.stderr)
    delay = served.delay(callback_xml(), 2 * seconds)
    print(f"POST to record at {RATE}/s: {delay}", file=sys.stderr)
    figures = {
        f"{kind}_{who}": median(getattr(cost, who) for cost in done)
        for kind, done in costs.items()
        for who in ("receiver_us", "publisher_us")
    }
    return {name: round(value, 1) for name, value in (figures | asdict(delay)).items()}


def multiple(figures: dict[str, float], bare_us: float) -> float:
    """CPU of receiver and publisher for an XML callback, in those of a bare handler."""
    return round((figures["xml_receiver_us"] + figures["xml_publisher_us"]) / bare_us, 2)


def main() -> None:
    """Print the table and one line of JSON."""
    with bare_server() as bare, pipeline() as served:
        bare_us = load(bare, callback_xml(), 5).cpu_us
        figures = measure(served, rounds=3, seconds=5)
    print(json.dumps({**figures, "end_to_end_multiple": multiple(figures, bare_us)}))


if __name__ == "__main__":
    main()
