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

_STRUCTURED_HEADERS = (("content-type", b"application/cloudevents+json"),)


def structured(event: Event, key: str) -> KafkaRecord:
    """The event's JSON, byte for byte; only a key other than the subject changes `partitionkey`."""
    value = event.json
    if key != event.subject:
        value = orjson.dumps(orjson.loads(value) | {"partitionkey": key})
    return KafkaRecord(key.encode(), value, _STRUCTURED_HEADERS)


def binary(event: Event, key: str) -> KafkaRecord:
    """`data` as JSON, and a `ce_` header for each attribute."""
    document = orjson.loads(event.json) | {"partitionkey": key}
    data = orjson.dumps(document.pop("data", None))
    content_type = document.pop("datacontenttype", "application/json").encode()
    headers = tuple((f"ce_{name}", _text(value)) for name, value in document.items())
    return KafkaRecord(key.encode(), data, (("content-type", content_type), *headers))


def attributes(record: KafkaRecord) -> dict[str, object]:
    """Of the event that a record carries in either mode; without its data."""
    if not _is_structured(record):
        return {
            name.removeprefix("ce_"): value.decode()
            for name, value in record.headers
            if name.startswith("ce_")
        }
    found: dict[str, object] = orjson.loads(record.value)
    found.pop("data", None)
    return found


def with_attributes(record: KafkaRecord, given: Mapping[str, object]) -> KafkaRecord:
    """The record with these attributes in place of its own, and without data."""
    if _is_structured(record):
        return record._replace(value=orjson.dumps(given))
    headers = tuple((f"ce_{name}", _text(value)) for name, value in given.items())
    return record._replace(value=b"", headers=(record.headers[0], *headers))


def _is_structured(record: KafkaRecord) -> bool:
    return record.headers[:1] == _STRUCTURED_HEADERS


def _text(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else orjson.dumps(value)


RENDERS: Mapping[Mode, Render] = {Mode.STRUCTURED: structured, Mode.BINARY: binary}
