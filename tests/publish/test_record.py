"""Events as Kafka records."""

import orjson

from gateway.publish.record import binary, structured
from tests.publish.events import TYPE, event


def test_structured_value_is_the_stored_event() -> None:
    """Byte for byte, under its subject."""
    stored = event(1)
    assert structured(stored, stored.subject) == (
        b"j1",
        stored.json,
        (("content-type", b"application/cloudevents+json"),),
    )


def test_structured_event_tells_its_own_key() -> None:
    """A key other than the subject is the event's partitionkey; nothing else changes."""
    stored = event(1)
    record = structured(stored, "b-ü")
    assert record.key == "b-ü".encode()
    assert orjson.loads(record.value) == orjson.loads(stored.json) | {"partitionkey": "b-ü"}


def test_binary_attributes_are_headers_and_data_is_the_value() -> None:
    """Every attribute once, as ce_ header or content type."""
    stored = event(1)
    record = binary(stored, "b-1")
    assert record.key == b"b-1"
    assert orjson.loads(record.value) == orjson.loads(stored.json)["data"]
    assert dict(record.headers) == {
        "content-type": b"application/json",
        "ce_specversion": b"1.0",
        "ce_id": stored.id.encode(),
        "ce_source": b"/callbacks/media",
        "ce_type": TYPE.encode(),
        "ce_subject": b"j1",
        "ce_time": b"2026-01-01T00:00:00+08:00",
        "ce_partitionkey": b"b-1",
    }
