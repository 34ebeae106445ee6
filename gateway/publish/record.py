"""One event under its Kafka key → the Kafka record, in one of the two modes of CloudEvents.

Structured: the value is the whole event as the journal keeps it. Binary: the value is `data` alone
and every attribute is a header. The Kafka protocol binding 1.0.2 of CloudEvents says how.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

import orjson

from gateway.core.model import Event
from gateway.publish.batch import KafkaRecord


class Mode(StrEnum):
    """Where a record carries the attributes of its event."""

    STRUCTURED = "structured"
    BINARY = "binary"


Render = Callable[[Event, str], KafkaRecord]
"""An event and its Kafka key → the record."""

_STRUCTURED_HEADERS = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)


def structured(event: Event, key: str) -> KafkaRecord:
    """The event's JSON, byte for byte; only a key other than the subject changes `partitionkey`."""
    value = event.json
    if key != event.subject:
        value = orjson.dumps(orjson.loads(value) | {"partitionkey": key})
    return KafkaRecord(key.encode(), value, _STRUCTURED_HEADERS)


def binary(event: Event, key: str) -> KafkaRecord:
    """`data` as JSON, and a `ce_` header for each attribute."""
    attributes = orjson.loads(event.json) | {"partitionkey": key}
    data = orjson.dumps(attributes.pop("data", None))
    content_type = attributes.pop("datacontenttype", "application/json").encode()
    headers = tuple((f"ce_{name}", _text(value)) for name, value in attributes.items())
    return KafkaRecord(key.encode(), data, (("content-type", content_type), *headers))


def _text(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else orjson.dumps(value)


RENDERS: Mapping[Mode, Render] = {Mode.STRUCTURED: structured, Mode.BINARY: binary}
