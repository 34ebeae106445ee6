"""Kafka records in both modes, as the gateway writes them and as others may."""

import json

import pytest

from gateway.core.model import Document, Event
from gateway.events import Headers, InvalidEventError, JobData, read_json, read_record
from gateway.publish.record import RENDERS, Mode
from tests.events.examples import EVENTS, event

VALUE = json.dumps(event("taskfinish-animation-job-xml")).encode()
EXPECTED = read_json(VALUE)
BINARY = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"/s"), ("ce_type", b"t")]


def stored(document: Document) -> Event:
    """An event as the journal keeps it."""
    subject = document["subject"]
    text = json.dumps(document).encode()
    return Event(document["id"], "media", document["type"], subject, "", "", text)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", EVENTS)
def test_what_the_gateway_publishes_is_read(name: str, mode: Mode) -> None:
    """Both modes give the event that was published; a route's own key is its `partitionkey`."""
    record = RENDERS[mode](stored(EVENTS[name]), "b-ü")
    expected = read_json(json.dumps(EVENTS[name] | {"partitionkey": "b-ü"}))
    assert read_record(record.value, record.headers) == expected


@pytest.mark.parametrize(
    "header",
    [
        ("content-type", b"application/cloudevents+json; charset=UTF-8"),
        ("content-type", b"application/cloudevents+json"),
        ("Content-Type", b"Application/CloudEvents+JSON;charset=utf-8"),
    ],
)
def test_the_content_type_decides_in_any_case(header: tuple[str, bytes]) -> None:
    assert read_record(VALUE, [header]) == EXPECTED


def test_a_structured_record_may_repeat_its_attributes_as_headers() -> None:
    """The binding allows it; the value decides."""
    headers = [("content-type", b"application/cloudevents+json"), *BINARY]
    assert read_record(VALUE, headers) == EXPECTED


def test_a_binary_record_need_not_have_a_content_type_or_data() -> None:
    found = read_record(b"", [*BINARY, ("ce_subject", None), ("other", b"\xff"[:0])])
    assert (found.id, found.subject, found.data, found.datacontenttype) == ("1", None, {}, None)


def test_an_attribute_that_is_not_known_stays_in_raw() -> None:
    found = read_record(b"{}", [*BINARY, ("ce_traceparent", b"00-1")])
    assert found.raw["traceparent"] == "00-1"


def test_a_batch_of_kafka_reads_like_its_records() -> None:
    """Records of both modes may stand in one topic."""
    records = [RENDERS[mode](stored(event("taskfinish-tts-job-xml")), "k") for mode in Mode]
    one, other = (read_record(record.value, record.headers) for record in records)
    assert isinstance(one.data, JobData)
    assert one == other


@pytest.mark.parametrize(
    ("value", "headers", "message"),
    [
        (None, BINARY, "the record has no value: a tombstone"),
        (VALUE, None, "neither the content type nor a ce_ header tells of an event"),
        (VALUE, [], "neither the content type nor a ce_ header tells of an event"),
        (VALUE, [("content-type", b"application/json")],
         "neither the content type nor a ce_ header tells of an event"),
        (VALUE, [("content-type", b"application/cloudevents-batch+json")],
         "of CloudEvents' formats only JSON is read"),
        (VALUE, [("content-type", b"application/cloudevents+avro")],
         "of CloudEvents' formats only JSON is read"),
        (b"\xff", [("content-type", b"application/cloudevents+json")], "the event is not JSON"),
        (b"<a/>", BINARY, "data is not JSON"),
        (b"[]", BINARY, "data is not an object"),
        (b"{}", BINARY[1:], "specversion is missing"),
        (b"{}", [*BINARY, ("ce_subject", b"\xff")], "the header ce_subject is not UTF-8"),
    ],
)  # fmt: skip
def test_what_is_no_event_is_an_error_of_ours(
    value: bytes | None, headers: Headers | None, message: str
) -> None:
    with pytest.raises(InvalidEventError) as caught:
        read_record(value, headers)
    assert str(caught.value) == message
