"""What a source must not keep is nowhere in an entry, whichever mode it came in."""

import json

import pytest

from gateway.core.model import Entry
from tests.providers.cloudevents.messages import (
    MINIMAL,
    SOURCE,
    Message,
    batch,
    binary,
    structured,
)
from tests.providers.received import entry_of, redacting

CANARY = "canary"
PERSON = {"name": CANARY, "id": 7}
EVENT = MINIMAL | {"subject": CANARY, "data": {"user": PERSON, "kept": 1.50}}
JSON_BODY = json.dumps(EVENT["data"]).encode()
MODES: dict[str, Message] = {
    "structured": structured(EVENT),
    "batch": batch(MINIMAL, EVENT),
    "binary": binary(JSON_BODY, "application/json", subject=CANARY),
}


def whole(entry: Entry) -> bytes:
    """All that the journal would keep."""
    assert entry.quarantine is None
    return entry.headers + entry.body + b"".join(event.json for event in entry.events)


@pytest.mark.parametrize("mode", MODES)
def test_attributes_and_data_are_emptied_in_every_mode(mode: str) -> None:
    """In the events, the body and the headers; the events say under which names."""
    headers, body = MODES[mode]
    entry = entry_of(redacting("cloudevents", "subject", "data.user"), body, headers)
    assert CANARY.encode() not in whole(entry)
    event = json.loads(entry.events[-1].json)
    assert event["redacted"] == "data.user,subject"
    assert event["data"]["data"] == {"user": None, "kept": 1.5}
    assert (event["subject"], "subject" in event["data"]["event"]) == ("minimal", False)


@pytest.mark.parametrize("mode", MODES)
def test_what_is_kept_is_the_callback_without_it(mode: str) -> None:
    """Read again, it gives the same events."""
    headers, body = MODES[mode]
    entry = entry_of(redacting("cloudevents", "subject", "data.user"), body, headers)
    kept = {name: value for name, value in json.loads(entry.headers) if value}
    again = entry_of(SOURCE, entry.body, kept)
    assert [event.id for event in again.events] == [event.id for event in entry.events]


@pytest.mark.parametrize("name", ["data", "data_base64"])
@pytest.mark.parametrize(
    ("body", "content_type", "kept"),
    [
        (JSON_BODY, "application/json", b"null"),
        (b"canary\xff", "application/octet-stream", b""),
        (b"canary\xff", "text/plain", b""),
        (b"canary", "text/plain", b""),
    ],
)
def test_the_whole_data_may_have_to_go(
    name: str, body: bytes, content_type: str, kept: bytes
) -> None:
    """Under the name that it has in the event; another name leaves the bytes as they came."""
    headers, _ = binary(body, content_type)
    event = json.loads(entry_of(SOURCE, body, headers).events[0].json)
    entry = entry_of(redacting("cloudevents", name), body, headers)
    assert entry.body == (kept if name in event["data"] else body)


def test_a_redacted_attribute_leaves_the_bytes_of_the_data() -> None:
    """They are not JSON, and nothing of them had to go."""
    headers, body = binary(b"\0\xff", "image/png", subject=CANARY)
    entry = entry_of(redacting("cloudevents", "subject"), body, headers)
    assert entry.body == body
    assert CANARY.encode() not in whole(entry)


def test_other_headers_stay() -> None:
    """Only what the document has of them is emptied."""
    headers, body = binary(b"1", "application/json", subject=CANARY)
    entry = entry_of(redacting("cloudevents", "subject"), body, {**headers, "X-Other": "x"})
    assert ["X-Other", "x"] in json.loads(entry.headers)
    assert ["ce-subject", ""] in json.loads(entry.headers)
    assert ["Content-Type", "application/json"] in json.loads(entry.headers)


@pytest.mark.parametrize("mode", ["structured", "batch"])
def test_copies_of_attributes_in_headers_go_too(mode: str) -> None:
    """Beside a structured event they are read by nobody, so none is kept when something goes."""
    headers, body = MODES[mode]
    beside = {**headers, "ce-subject": CANARY, "CE-Ext": "x", "X-Other": "x"}
    kept = json.loads(entry_of(redacting("cloudevents", "subject"), body, beside).headers)
    assert dict(kept) == {**beside, "ce-subject": "", "CE-Ext": ""}
    untouched = json.loads(entry_of(redacting("cloudevents", "nothing"), body, beside).headers)
    assert dict(untouched) == beside


def test_an_event_without_what_names_it_is_quarantined_without_it() -> None:
    """A redacted id is no id."""
    headers, body = binary(b"1", "application/json", id=CANARY)
    entry = entry_of(redacting("cloudevents", "id"), body, headers)
    assert entry.quarantine is not None
    assert CANARY not in entry.quarantine.detail
    assert CANARY.encode() not in entry.headers + entry.body
