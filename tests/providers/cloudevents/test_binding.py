"""The HTTP binding: how the mode is told, what headers say, and that the mode is not content."""

import json

import pytest

from gateway.core.errors import Reason
from gateway.core.model import Document, Value
from gateway.core.pipeline import process
from tests.providers.cloudevents.messages import (
    MINIMAL,
    SOURCE,
    Message,
    batch,
    binary,
    data,
    received,
    structured,
)
from tests.providers.received import Headers, entry_of, pairs, quarantine_of
from tests.sources import callback

HEADER_VALUES: dict[str, tuple[str | bytes, str]] = {
    "the specification's example": ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
    "small hexadecimal digits": ("Euro%20%e2%82%ac", "Euro €"),
    "unnecessarily encoded": ("%65%75ro", "euro"),
    "a percent sign": ("100%25", "100%"),
    "decoded once": ("%2525", "%25"),
    "a double quote": ("%22x%22", '"x"'),
    "punctuation": ("a,b;c=(d)", "a,b;c=(d)"),
    "a plus sign is one": ("a+b", "a+b"),
    "quoted, as older senders write": ('"Euro x"', "Euro x"),
    "quoted, with escapes": (r'"a\"b\\c\d"', r'a"b\cd'),
    "quoted and encoded": ('"Euro%20%E2%82%AC"', "Euro €"),
    "an encoded escape is none": ('"a%5C%22b"', r"a\"b"),
    "quoted in part": ('a"b"', 'a"b"'),
    "a lone quote": ('"', '"'),
    "a quote that does not end": ('"a', '"a'),
    "an escape at the end": ('"a\\"', '"a\\"'),
    "two quoted texts": ('"a" "b"', '"a" "b"'),
    "an incomplete escape": ("100%", "100%"),
    "no hexadecimal digits": ("%zz%4", "%zz%4"),
    "bare UTF-8": ("Euro €".encode(), "Euro €"),
    "inner white space": ("a  b", "a  b"),
}

NOT_UTF8 = {
    "an overlong space": b"%C0%A0",
    "a lone byte": b"%FF",
    "half a character": b"%E2%82",
    "a surrogate": b"%ED%A0%80",
    "bare Latin-1": "ü".encode("latin-1"),
    "half of it bare": b"%E2\x82",
}


@pytest.mark.parametrize("name", HEADER_VALUES)
def test_a_header_is_unquoted_and_then_percent_decoded_once(name: str) -> None:
    value, expected = HEADER_VALUES[name]
    headers, body = binary()
    (event,) = received(({**headers, "ce-subject": value}, body))
    assert (event["subject"], event["data"]["event"]["subject"]) == (expected, expected)


@pytest.mark.parametrize("name", NOT_UTF8)
def test_a_header_that_is_not_utf_8_is_quarantined(name: str) -> None:
    """The binding says: rejected."""
    headers, body = binary()
    made = quarantine_of(SOURCE, body, {**headers, "ce-subject": NOT_UTF8[name]})
    assert made.reason is Reason.ENCODING


def test_the_names_of_headers_have_no_case() -> None:
    """HTTP's rule, for the prefix and the attribute."""
    headers, body = binary(b"{}", "application/json", comexampleext="x")
    loud = {name.upper(): value for name, value in headers.items()}
    assert received((loud, body)) == received((headers, body))


INVALID: dict[str, Message] = {
    "no attributes": ({}, b"{}"),
    "an event in a body that does not say so": (
        {"Content-Type": "application/json"},
        json.dumps(MINIMAL).encode(),
    ),
    **{
        f"without {name}": (
            {header: value for header, value in binary()[0].items() if header != f"ce-{name}"},
            b"",
        )
        for name in MINIMAL
    },
    "an empty id": binary(id=""),
    "an empty subject": binary(subject=""),
    "another version": binary(specversion="0.3"),
    "a version of another kind": binary(specversion="1"),
    "a time that is none": binary(time="yesterday"),
    "a content type that is none": binary(b"x", "text"),
    "a name with a dash": binary(**{"my-ext": "x"}),
    "a name with an underscore": binary(my_ext="x"),
    "no name": binary(**{"": "x"}),
    "the data as a header": binary(data="x"),
    "encoded data as a header": binary(data_base64="eA=="),
    "the content type as a header of its own": binary(datacontenttype="text/plain"),
    "the content type twice": binary(b"x", "text/plain", datacontenttype="text/plain"),
    "a line feed": binary(subject="a%0Ab"),
    "another format": ({**binary()[0], "Content-Type": "application/cloudevents+avro"}, b"\0"),
    "the format of XML": ({"Content-Type": "application/cloudevents+xml"}, b"<event/>"),
    "no format": ({"Content-Type": "application/cloudevents"}, b"{}"),
    "a batch of another format": (
        {"Content-Type": "application/cloudevents-batch+protobuf"},
        b"\0",
    ),
    "XML for JSON": ({"Content-Type": "application/cloudevents+json"}, b"<event/>"),
}


@pytest.mark.parametrize("name", INVALID)
def test_a_message_that_is_no_event_is_quarantined_whole(name: str) -> None:
    headers, body = INVALID[name]
    assert quarantine_of(SOURCE, body, headers).reason is Reason.SCHEMA
    assert entry_of(SOURCE, body, headers).body == body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"x", Reason.NOT_XML_OR_JSON),
        (b"{", Reason.MALFORMED_JSON),
        (b'{"id":"1","id":"2"}', Reason.MALFORMED_JSON),
        (b'{"id":"\xff"}', Reason.ENCODING),
        (b"[" * 65 + b"]" * 65, Reason.TOO_DEEP),
    ],
)
def test_a_body_that_cannot_be_read_says_why(body: bytes, reason: Reason) -> None:
    """As that of any other callback."""
    for format_ in ("application/cloudevents+json", "application/cloudevents-batch+json"):
        assert quarantine_of(SOURCE, body, {"Content-Type": format_}).reason is reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", Reason.MALFORMED_JSON),
        (b"x", Reason.MALFORMED_JSON),
        (b" ", Reason.MALFORMED_JSON),
        (b'{"a":1,"a":2}', Reason.MALFORMED_JSON),
        (b"NaN", Reason.MALFORMED_JSON),
        ("{}".encode("utf-16"), Reason.ENCODING),
        (b"[" * 65 + b"]" * 65, Reason.TOO_DEEP),
    ],
)
def test_data_that_is_not_the_json_it_says_is_quarantined(body: bytes, reason: Reason) -> None:
    headers, _ = binary(body, "application/json; charset=utf-8")
    assert quarantine_of(SOURCE, body, headers).reason is reason


BODIES: dict[str, tuple[str, bytes, Document]] = {
    "JSON": ("application/json", b'{"a": [1, 1.5, null]}', {"data": {"a": [1, 1.5, None]}}),
    "JSON with a charset": ("Application/JSON; charset=UTF-8", b"{}", {"data": {}}),
    "JSON of a vendor": ("application/vnd.x.v1+json", b"[]", {"data": []}),
    "JSON as text": ("text/json", b"1", {"data": 1}),
    "a JSON string": ("application/json", b'"x"', {"data": "x"}),
    "a JSON null": ("application/json", b"null", {"data": None}),
    "a byte order mark": ("application/json", b"\xef\xbb\xbf1", {"data": 1}),
    "XML": ("application/xml", b'<much wow="xml"/>', {"data": '<much wow="xml"/>'}),
    "XML of a vendor": ("image/svg+xml", b"<svg/>", {"data": "<svg/>"}),
    "text": ("text/plain; charset=utf-8", " é\n".encode(), {"data": " é\n"}),
    "text that is not UTF-8": ("text/plain", b"\xe9", {"data_base64": "6Q=="}),
    "bytes": ("application/octet-stream", b"\0\xff", {"data_base64": "AP8="}),
    "bytes that look like JSON": ("application/octet-stream", b"{}", {"data_base64": "e30="}),
    "nobody says what": ("", b"{}", {"data_base64": "e30="}),
    "nothing": ("application/json", b"", {}),
    "nothing of no type": ("", b"", {}),
}


@pytest.mark.parametrize("name", BODIES)
def test_the_content_type_decides_what_a_body_is(name: str) -> None:
    """And is the event's `datacontenttype`, as it was written."""
    content_type, body, expected = BODIES[name]
    found = data(binary(body, content_type))
    event = found.pop("event")
    assert found == expected
    assert event == MINIMAL | ({"datacontenttype": content_type} if content_type else {})


EXAMPLES: dict[str, tuple[Document, bytes, str]] = {
    "A234-1234-1234": (
        {
            "datacontenttype": "application/vnd.apache.thrift.binary",
            "data_base64": "Li4uIHJhdyBiaW5hcnkgYnl0ZXMgLi4u",
        },
        b"... raw binary bytes ...",
        "application/vnd.apache.thrift.binary",
    ),
    "B234-1234-1234": (
        {
            "unsetextension": None,
            "datacontenttype": "application/xml",
            "data": '<much wow="xml"/>',
        },
        b'<much wow="xml"/>',
        "application/xml",
    ),
    "C234-1234-1234": (
        {
            "subject": None,
            "datacontenttype": "application/json",
            "data": {"appinfoA": "abc", "appinfoB": 123, "appinfoC": True},
        },
        b'{\n  "appinfoA" : "abc",\n  "appinfoB" : 123,\n  "appinfoC" : true\n}\n',
        "application/json",
    ),
    "D234-1234-1234": (
        {"subject": None, "data": "I'm just a string"},
        b'"I\'m just a string"',
        "application/json",
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_event_is_one_event_in_every_mode(name: str) -> None:
    """The JSON format's own examples, each of which it writes in both modes (3.2)."""
    parts, body, content_type = EXAMPLES[name]
    texts = {
        "type": "com.example.someevent",
        "source": "/mycontext",
        "id": name,
        "time": "2018-04-05T17:31:00Z",
        "comexampleextension1": "value",
    }
    event = MINIMAL | texts | {"comexampleothervalue": 5} | parts
    (expected,) = received(structured(event))
    assert received(binary(body, content_type, comexampleothervalue="5", **texts)) == [expected]
    assert received(batch(event, event)) == [expected, expected]


def repeated(headers: Headers, *more: tuple[bytes, bytes]) -> Reason | list[str]:
    """Why headers with `more` are quarantined, or the ids of their events."""
    sent = callback(b"1", headers=(*pairs(headers), *more))
    entry = process(sent, SOURCE).entry
    return entry.quarantine.reason if entry.quarantine else [event.id for event in entry.events]


@pytest.mark.parametrize("name", ["ce-id", "ce-type", "ce-ext", "Content-Type"])
def test_an_attribute_that_is_given_twice_must_be_the_same(name: str) -> None:
    """One of them would otherwise be a guess; two that say the same are one."""
    headers, _ = binary(b"1", "application/json", ext="x")
    said = dict(pairs(headers))[name.encode()]
    assert repeated(headers, (name.lower().encode(), said)) == repeated(headers)
    assert repeated(headers, (name.upper().encode(), b"text/plain")) is Reason.AMBIGUOUS


def test_headers_beside_a_structured_event_are_not_read() -> None:
    """All of it must be in the body, so that copies for routers change nothing."""
    headers, body = structured(MINIMAL)
    beside = {**headers, "ce-id": "other", "ce-data": "x", "ce-Subject": "%FF"}
    assert received((beside, body)) == received((headers, body))


@pytest.mark.parametrize("form", ["application/cloudevents+json", "APPLICATION/CloudEvents+JSON"])
@pytest.mark.parametrize("rest", ["", "; charset=utf-8", ";charset=UTF-8;x=y", " ; a"])
def test_the_media_type_tells_the_mode(form: str, rest: str) -> None:
    """Whatever its case and parameters."""
    _, body = structured(MINIMAL)
    assert received(({"Content-Type": form + rest}, body)) == received(structured(MINIMAL))


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize("depth", [1, 60, 64])
def test_deep_data_is_read_as_deep_as_any_document(depth: int) -> None:
    """In the body of its own that binary mode gives it."""
    (found,) = received(binary(nested(depth), "application/json"))
    value: Value = found["data"]["data"]
    for _ in range(depth - 1):
        (value,) = value
    assert value == []
