"""deploy/consumer.py against a real Kafka."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kafka import KafkaProducer

from gateway.core.model import Event
from gateway.publish.record import RENDERS, Mode
from tests.broker.kafka import Broker
from tests.broker.waiting import until
from tests.events.examples import event

pytestmark = pytest.mark.kafka

ROOT = Path(__file__).parents[2]


def failed(number: int) -> Event:
    """A failed job; its id is its number."""
    document = event("taskfinish-transcode-workflow-xml") | {"id": f"{number:032x}"}
    document["data"]["outcome"] = "failure"
    document["data"]["job"] |= {"id": f"j{number}", "code": "InvalidArgument", "message": "no"}
    text = json.dumps(document).encode()
    return Event(document["id"], "media", document["type"], f"j{number}", "", "failure", text)


@contextmanager
def consuming(folder: Path, servers: str, topic: str) -> Iterator[tuple[Path, Path]]:
    """The consumer, running inside the block; what it prints and complains of."""
    command = [sys.executable, str(ROOT / "deploy/consumer.py"), "--servers", servers]
    out, err = folder / "out", folder / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            [*command, "--topic", topic, "--group", topic],
            stdout=stdout, stderr=stderr, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        try:
            yield out, err
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
        finally:
            process.kill()
            process.wait()


def test_the_example_consumer_prints_each_failure_once(
    tmp_path: Path, kafka: Broker, new_topic: Callable[..., str]
) -> None:
    """Of both modes; repeats, successes and what is no event are passed over; then it ends."""
    topic = new_topic()
    records = [RENDERS[mode](failed(n), "k") for n, mode in enumerate([*Mode, Mode.BINARY])]
    good = json.dumps(event("taskfinish-transcode-job-xml")).encode()
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    for record in [*records[:2], *records[:2]]:
        producer.send(topic, record.value, record.key, list(record.headers))
    producer.send(topic, good, headers=[("content-type", b"application/cloudevents+json")])
    producer.send(topic, b"no event")
    producer.send(topic, records[2].value, records[2].key, list(records[2].headers))
    producer.close()
    with consuming(tmp_path, kafka.bootstrap, topic) as (out, err):
        until(lambda: "j2 failed" in out.read_text(), within=30)
    lines = [line.split(maxsplit=2)[2] for line in out.read_text().splitlines()]
    assert lines == [f"Transcode j{number} failed: InvalidArgument no" for number in range(3)]
    complaint = "neither the content type nor a ce_ header tells of an event"
    assert f"{topic}[0]@5: no event: {complaint}" in err.read_text().splitlines()
