"""Standard Webhooks: `{type, timestamp, data}` with an id in a header."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.errors import Reason
from gateway.core.model import Document, Value
from gateway.core.pipeline import process
from tests.providers.received import Headers, entry_of, events_of, quarantine_of, redacting
from tests.sources import RECEIVED_AT, callback, source_of

SOURCE = source_of("standard-webhooks")
ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
HEADERS: Headers = {"webhook-id": ID, "webhook-timestamp": "1674087231"}
PAYLOAD = {
    "type": "contact.created",
    "timestamp": "2022-11-03T20:26:10.344522Z",
    "data": {"id": "1f81eb52-5198-4599-803e-771906343485", "tags": [], "age": 37, "x": None},
}
RECEIVED = "com.standardwebhooks.event.received"


def one(payload: Value, headers: Headers = HEADERS) -> Document:
    """The one event of a payload."""
    (event,) = events_of(SOURCE, json.dumps(payload).encode(), headers)
    return event


def test_a_webhook_is_one_event_with_its_payload_whole() -> None:
    """Its id the subject, its timestamp the time, its type behind a prefix of the gateway's."""
    event = one(PAYLOAD)
    named = {name: event[name] for name in ("type", "subject", "partitionkey", "time")}
    assert named == {
        "type": "com.standardwebhooks.contact.created",
        "subject": ID,
        "partitionkey": ID,
        "time": "2022-11-03T20:26:10.344522Z",
    }
    assert event["dataschema"] == "urn:callback-gateway:standard-webhooks:webhook:v1"
    assert event["data"] == {"provider": "standard-webhooks", "webhook_id": ID, "body": PAYLOAD}


def test_every_attempt_of_a_webhook_is_one_event() -> None:
    """Only the time of the attempt and its signature differ."""
    again = {**HEADERS, "webhook-timestamp": "1674090831", "webhook-signature": "v1,x"}
    assert one(PAYLOAD, again) == one(PAYLOAD)


def test_the_same_payload_under_another_id_is_another_event() -> None:
    """The sender says that it happened twice."""
    assert one(PAYLOAD, {"webhook-id": "msg_other"})["id"] != one(PAYLOAD)["id"]


@pytest.mark.parametrize("name", ["Webhook-Id", "WEBHOOK-ID", "svix-id", "Svix-Id"])
def test_the_id_stands_under_either_name(name: str) -> None:
    """Svix sends its own; in any case of letters."""
    assert one(PAYLOAD, {name: ID}) == one(PAYLOAD)


def test_the_id_may_stand_twice_when_it_is_the_same() -> None:
    """Under both names, as some do who move from one to the other."""
    assert one(PAYLOAD, {"webhook-id": ID, "svix-id": ID}) == one(PAYLOAD)


@pytest.mark.parametrize("other", ["webhook-id", "svix-id", "WEBHOOK-ID"])
def test_two_ids_are_quarantined(other: str) -> None:
    """One of them would be a guess."""
    headers = [(b"webhook-id", ID.encode()), (other.encode(), b"msg_other")]
    entry = process(callback(json.dumps(PAYLOAD).encode(), headers=headers), SOURCE).entry
    assert entry.quarantine is not None
    assert entry.quarantine.reason is Reason.AMBIGUOUS


@pytest.mark.parametrize("headers", [{}, {"webhook-id": ""}])
def test_a_webhook_without_an_id_is_about_itself(headers: Headers) -> None:
    """As any event whose callback names no subject."""
    event = one(PAYLOAD, headers)
    assert event["subject"] == event["id"]
    assert "webhook_id" not in event["data"]


def test_an_id_without_end_is_quarantined() -> None:
    body = json.dumps(PAYLOAD).encode()
    assert one(PAYLOAD, {"webhook-id": "x" * 256})["subject"] == "x" * 256
    assert quarantine_of(SOURCE, body, {"webhook-id": "x" * 257}).reason is Reason.SCHEMA


TYPES: dict[str, tuple[Value, str]] = {
    "one word": ({"type": "paid"}, "com.standardwebhooks.paid"),
    "with a space": ({"type": "Invoice paid"}, "com.standardwebhooks.Invoice paid"),
    "of another domain": ({"type": "com.x.paid"}, "com.standardwebhooks.com.x.paid"),
    "none": ({"event_type": "x"}, RECEIVED),
    "empty": ({"type": ""}, RECEIVED),
    "null": ({"type": None}, RECEIVED),
    "a number": ({"type": 1}, RECEIVED),
    "an object": ({"type": {"a": 1}}, RECEIVED),
    "a line feed": ({"type": "a\nb"}, RECEIVED),
    "too long": ({"type": "x" * 257}, RECEIVED),
    "no object": ([{"type": "x"}], RECEIVED),
}


@pytest.mark.parametrize("name", TYPES)
def test_the_type_is_the_payload_s_where_it_has_one(name: str) -> None:
    """The specification recommends it and does not require it: nothing is refused for it."""
    payload, expected = TYPES[name]
    event = one(payload)
    assert (event["type"], event["data"]["body"]) == (expected, payload)


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        ("2022-11-03T20:26:10Z", "2022-11-03T20:26:10Z"),
        ("2022-11-03T21:26:10.5+01:00", "2022-11-03T21:26:10.5+01:00"),
        ("2022-11-03 20:26:10+0000", "2022-11-03T20:26:10+00:00"),
        ("2022-11-03T20:26:10", RECEIVED_AT),
        ("2022-13-03T20:26:10Z", RECEIVED_AT),
        ("yesterday", RECEIVED_AT),
        ("", RECEIVED_AT),
        (1674087231, RECEIVED_AT),
        (1674087231123, RECEIVED_AT),
        (None, RECEIVED_AT),
    ],
)
def test_the_time_is_the_payload_s_where_that_is_one(timestamp: Value, expected: str) -> None:
    """A number could be seconds or milliseconds: it stays in the payload."""
    event = one(PAYLOAD | {"timestamp": timestamp})
    assert (event["time"], event["data"]["body"]["timestamp"]) == (expected, timestamp)


def test_a_payload_in_xml_is_kept_too() -> None:
    """Other content types can be used, says the specification."""
    (event,) = events_of(SOURCE, b"<a><type>x</type></a>", HEADERS)
    assert (event["type"], event["data"]["body"]) == (RECEIVED, {"a": {"type": "x"}})


@pytest.mark.parametrize("name", ["webhook_id", "data", "body", "contact.created"])
def test_what_a_source_does_not_keep_is_emptied(name: str) -> None:
    """In the payload and in the header."""
    body = json.dumps(PAYLOAD).encode()
    entry = entry_of(redacting("standard-webhooks", name), body, HEADERS)
    event = json.loads(entry.events[0].json)
    assert (ID in str(event)) == (name != "webhook_id")
    assert (ID.encode() in entry.headers) == (name != "webhook_id")
    assert (b"1f81eb52" in entry.body) == (name not in ("data", "body"))
    assert b"1674087231" in entry.headers
    again = entry_of(SOURCE, entry.body, dict(json.loads(entry.headers)))
    assert name == "body" or [one.id for one in again.events] == [event["id"]]


NAMES = st.sampled_from([b"webhook-id", b"Webhook-Id", b"svix-id", b"webhook-timestamp", b"x"])


@given(st.lists(st.tuples(NAMES, st.binary(max_size=6)), max_size=4), st.binary(max_size=20))
def test_any_request_is_an_entry(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """No other error leaves, whatever the bytes are."""
    entry = process(callback(body, headers=headers), SOURCE).entry
    assert bool(entry.events) != bool(entry.quarantine)


@given(st.lists(st.tuples(NAMES, st.binary(max_size=6)), max_size=4))
def test_any_headers_around_a_payload_are_an_entry(headers: list[tuple[bytes, bytes]]) -> None:
    entry = process(callback(json.dumps(PAYLOAD).encode(), headers=headers), SOURCE).entry
    assert bool(entry.events) != bool(entry.quarantine)
