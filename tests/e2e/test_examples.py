"""Every example as it stands on the wire → over HTTP → the journal → Kafka → a plain consumer."""

import json
import re
import socket
from collections.abc import Callable
from http.client import HTTPResponse

import pytest

from gateway.core.model import Document
from gateway.providers import providers
from tests.broker.kafka import Broker
from tests.broker.messages import messages
from tests.e2e.delivery import until_published
from tests.e2e.fixtures import NewGateway, publishing
from tests.e2e.gateway import TOKEN, Gateway, Reply
from tests.laws.cases import EVERY, Case
from tests.sources import BUCKETS, NAME, PROVIDER, RECEIVED_AT

pytestmark = pytest.mark.kafka

RECEIVED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
TOKEN_CHECK = {"token": {"secrets": ["env:CI_TOKEN"]}}
SOURCES = {
    **{name: {"provider": name, "verify": [TOKEN_CHECK]} for name in providers()},
    NAME: {"provider": PROVIDER, "verify": [TOKEN_CHECK, {"buckets": list(BUCKETS)}]},
}


def source_name(case: Case) -> str:
    """A source for each provider; the examples name but one."""
    return NAME if case.provider == PROVIDER else case.provider


def send(gateway: Gateway, case: Case) -> Reply:
    """The example's own bytes; only the secret is put into its path."""
    path = f"/callbacks/{source_name(case)}/{TOKEN} "
    head = case.head.replace(b"/callbacks/media ", path.encode(), 1)
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        connection.sendall(head + b"\r\n\r\n" + case.body)
        response = HTTPResponse(connection, method="POST")
        try:
            response.begin()
            return Reply(response.status, dict(response.headers), response.read())
        finally:
            response.close()


def answer(told: Document) -> Document:
    """What the sender was told, as its example says it; of events, how many."""
    match told["status"]:
        case "accepted" | "duplicate":
            return {"events": len(told["events"])}
        case "quarantined":
            return {"quarantine": told["reason"]}
        case status:
            return {status: told["reason"]}


def owed(expected: Document) -> Document:
    """What the sender of an example must be told."""
    return {k: len(v) if k == "events" else v for k, v in expected.items()}


def test_every_example_reaches_its_topic_once_as_its_event(
    kafka: Broker, new_topic: Callable[..., str], new_gateway: NewGateway
) -> None:
    """In order, by subject, under the ids that the senders were told; quarantine does not."""
    topic = new_topic()
    gateway = new_gateway({"sources": SOURCES, **publishing(kafka.bootstrap, topic)})
    gateway.start()
    told = {case.name: send(gateway, case) for case in EVERY}
    assert {name: reply.status for name, reply in told.items()} == dict.fromkeys(told, 200)
    answers = {case.name: answer(told[case.name].document) for case in EVERY}
    assert answers == {case.name: owed(case.expected) for case in EVERY}

    events_owed: dict[str, Document] = {}  # a callback that has come before is no second event
    for case in EVERY:
        ids = told[case.name].document.get("events", [])
        source = {"source": f"/callbacks/{source_name(case)}"}
        expected = [event | source for event in case.expected.get("events", [])]
        events_owed |= zip(ids, expected, strict=True)
    until_published(gateway, topic)
    records = messages(kafka.bootstrap, topic)
    events = [json.loads(record.value) for record in records]
    assert [event.pop("id") for event in events] == list(events_owed)
    assert {event.pop("verifiedby") for event in events} == {"token", "token,bucket"}
    received = [event.pop("receivedtime") for event in events]
    assert [time for time in received if not RECEIVED.fullmatch(time)] == []
    for event, time in zip(events_owed.values(), received, strict=True):
        if event["time"] == RECEIVED_AT:  # its callback does not tell when it happened
            event["time"] = time
    assert events == list(events_owed.values())
    assert [record.key for record in records] == [event["subject"].encode() for event in events]
    content_type = ("content-type", b"application/cloudevents+json")
    assert {record.headers for record in records} == {(content_type,)}
