"""CloudEvents on the wire, in each content mode, and what the gateway makes of them."""

import json
from typing import Final

from gateway.core.model import Document, Value
from tests.providers.received import Headers, events_of
from tests.sources import source_of

SOURCE: Final = source_of("cloudevents")
JSON: Final = {"Content-Type": "application/cloudevents+json"}
BATCH: Final = {"Content-Type": "application/cloudevents-batch+json"}
MINIMAL: Final = {
    "specversion": "1.0",
    "id": "minimal",
    "source": "https://cloudevents.io",
    "type": "io.cloudevents.test",
}
"""The least that is an event."""

Message = tuple[Headers, bytes]


def structured(event: Value) -> Message:
    """One event whole in the body."""
    return JSON, json.dumps(event).encode()


def batch(*events: Value) -> Message:
    """Several events in the body."""
    return BATCH, json.dumps(events).encode()


def binary(body: bytes = b"", content_type: str = "", /, **attributes: str) -> Message:
    """The attributes of `MINIMAL` and `attributes` as headers, as they stand on the wire."""
    headers = {f"ce-{name}": value for name, value in (MINIMAL | attributes).items()}
    return headers | ({"Content-Type": content_type} if content_type else {}), body


def received(message: Message) -> list[Document]:
    """The gateway's events of a message that is accepted."""
    headers, body = message
    return events_of(SOURCE, body, headers)


def data(message: Message) -> Document:
    """The data of the one event of a message, without the provider's name."""
    (event,) = received(message)
    found: Document = event["data"]
    assert found.pop("provider") == "cloudevents"
    return found
