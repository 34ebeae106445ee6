"""Every example as it stands on the wire → over HTTP → the journal → Kafka → a plain consumer."""

import json
import re
import socket
from collections.abc import Callable
from http.client import HTTPResponse

import pytest

from gateway.core.model import Document
from tests.broker.kafka import Broker
from tests.broker.messages import messages
from tests.e2e.delivery import until_published
from tests.e2e.fixtures import NewGateway, publishing
from tests.e2e.gateway import Gateway, Reply
from tests.laws.cases import CASES, Case
from tests.sources import BUCKETS, NAME, PROVIDER

pytestmark = pytest.mark.kafka

RECEIVED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
VERIFY = [{"token": {"secrets": ["env:CI_TOKEN"]}}, {"buckets": list(BUCKETS)}]


def send(gateway: Gateway, case: Case) -> Reply:
    """The example's own bytes; only the secret is put into its path."""
    head = case.head.replace(b"/callbacks/media ", gateway.path.encode() + b" ", 1)
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        connection.sendall(head + b"\r\n\r\n" + case.body)
        response = HTTPResponse(connection, method="POST")
        try:
            response.begin()
            return Reply(response.status, dict(response.headers), response.read())
        finally:
            response.close()


def answers(told: Document, expected: Document) -> bool:
    """Whether an answer is what its example must be told."""
    if "quarantine" in expected:
        return bool(told["status"] == "quarantined" and told["reason"] == expected["quarantine"])
    return told["status"] in ("accepted", "duplicate") and len(told["events"]) == len(
        expected["events"]
    )


def test_every_example_reaches_its_topic_once_as_its_event(
    kafka: Broker, new_topic: Callable[..., str], new_gateway: NewGateway
) -> None:
    """In order, keyed by subject, under the ids that the senders were told; quarantine is not."""
    topic = new_topic()
    source = {"provider": PROVIDER, "verify": VERIFY}
    gateway = new_gateway({"sources": {NAME: source}, **publishing(kafka.bootstrap, topic)})
    gateway.start()
    told = {case.name: send(gateway, case) for case in CASES}
    assert {name: reply.status for name, reply in told.items()} == dict.fromkeys(told, 200)
    wrong = {
        case.name: told[case.name].document
        for case in CASES
        if not answers(told[case.name].document, case.expected)
    }
    assert wrong == {}

    owed: dict[str, Document] = {}  # a callback that has come before is no second event
    for case in CASES:
        ids = told[case.name].document.get("events", [])
        owed |= zip(ids, case.expected.get("events", []), strict=True)
    until_published(gateway, topic)
    records = messages(kafka.bootstrap, topic)
    events = [json.loads(record.value) for record in records]
    assert [event.pop("id") for event in events] == list(owed)
    assert {event.pop("verifiedby") for event in events} == {"token,bucket"}
    assert [event for event in events if not RECEIVED.fullmatch(event.pop("receivedtime"))] == []
    assert events == list(owed.values())
    assert [record.key for record in records] == [event["subject"].encode() for event in events]
    content_type = ("content-type", b"application/cloudevents+json; charset=UTF-8")
    assert {record.headers for record in records} == {(content_type,)}
