"""Any JSON or XML, kept whole."""

import json

import pytest
from hypothesis import given

from gateway.core.errors import Reason
from gateway.core.model import Document, Value
from tests.core.hostile import HOSTILE
from tests.laws.generated import callbacks
from tests.providers.received import entry_of, events_of, quarantine_of, redacting
from tests.sources import RECEIVED_AT, source_of

SOURCE = source_of("generic")

BODIES: dict[str, tuple[bytes, Value]] = {
    "JSON with every type": (
        b'{"a": "x", "b": 1, "c": 1.50, "d": true, "e": null, "f": {}, "g": [], "h": ""}',
        {"a": "x", "b": 1, "c": 1.5, "d": True, "e": None, "f": {}, "g": [], "h": ""},
    ),
    "a list": (b"[1, [2], {}]", [1, [2], {}]),
    "a list of one": (b'{"a": [1]}', {"a": [1]}),
    "nothing": (b"{}", {}),
    "white space is content": (b'{"a": " x\\n"}', {"a": " x\n"}),
    "a long number": (b'{"a": 123456789012345678901234567890}', {"a": "1234567890" * 3}),
    "XML is text": (
        b'<order id="7"><n>1.50</n><ok>true</ok><item>a</item><item>b</item><e/></order>',
        {"order": {"@id": "7", "n": "1.50", "ok": "true", "item": ["a", "b"], "e": None}},
    ),
    "XML with text beside elements": (b"<a>x<b>y</b></a>", {"a": {"#text": "x", "b": "y"}}),
    "XML in GB18030": (
        '<?xml version="1.0" encoding="GBK"?><名>值</名>'.encode("gb18030"),
        {"名": "值"},
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_document_is_kept_whole(name: str) -> None:
    """With its types where it is JSON, as text where it is XML."""
    body, expected = BODIES[name]
    (event,) = events_of(SOURCE, body, {})
    assert event["data"] == {"provider": "generic", "body": expected}


def test_the_event_around_it() -> None:
    """Nobody knows what it is about, nor when it happened."""
    (event,) = events_of(SOURCE, b"{}", {})
    del event["data"], event["verifiedby"], event["datacontenttype"], event["specversion"]
    assert event == {
        "id": event["id"],
        "source": "/callbacks/media",
        "type": "callback-gateway.event.received",
        "subject": event["id"],
        "partitionkey": event["id"],
        "time": RECEIVED_AT,
        "receivedtime": RECEIVED_AT,
        "dataschema": "urn:callback-gateway:generic:document:v1",
    }


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        (b'{"a": 1, "b": 2}', b'{"b":2,"a":1}', 1),
        (b'{"a": 1.5}', b'{"a": 15e-1}', 1),
        (b"<a><b>1</b></a>", b"<a>\n  <b>1</b> <!-- c -->\n</a>", 1),
        (b'{"a": 1}', b'{"a": "1"}', 2),
        (b'{"a": [1]}', b'{"a": 1}', 2),
        (b'{"a": null}', b"{}", 2),
        (b'{"a": "1"}', b"<a>1</a>", 1),
        (b'{"a": {"b": 1}}', b"<a><b>1</b></a>", 2),
    ],
)
def test_the_content_is_the_identity(one: bytes, other: bytes, count: int) -> None:
    """Not its layout; what the types tell is content, and XML has only text."""
    ids = {events_of(SOURCE, body, {})[0]["id"] for body in (one, other)}
    assert len(ids) == count


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_quarantined_for_its_own_reason(name: str) -> None:
    body, reason = HOSTILE[name]
    assert quarantine_of(SOURCE, body, {}).reason is reason


@pytest.mark.parametrize("body", [b"a=b&c=d", b'"x"', b"5", b"\0"])
def test_what_is_no_document_is_quarantined(body: bytes) -> None:
    assert quarantine_of(SOURCE, body, {}).reason is Reason.NOT_XML_OR_JSON


@given(callbacks())
def test_any_document_is_kept_as_it_was(document: Document) -> None:
    """Every value under the same path, with the same type."""
    (event,) = events_of(SOURCE, json.dumps(document).encode(), {})
    assert event["data"]["body"] == document


@pytest.mark.parametrize(
    "body", [b'{"user":{"name":"canary"},"a":1}', b"<r><user>canary</user></r>"]
)
def test_what_a_source_does_not_keep_is_emptied(body: bytes) -> None:
    """In JSON and in XML, by the names that the operator gives."""
    entry = entry_of(redacting("generic", "user"), body, {})
    assert b"canary" not in entry.body + entry.events[0].json
    assert json.loads(entry.events[0].json)["redacted"] == "user"
