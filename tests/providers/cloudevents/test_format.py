"""What is an event, and what is none: the rows of CloudEvents' own conformance tests, and more.

The names are those of https://github.com/cloudevents/conformance, `format/json`, 2026-11.
"""

import json
from base64 import b64encode

import pytest

from gateway.core.errors import Ignored, Reason
from gateway.core.model import Document, Value
from gateway.core.pipeline import process
from tests.providers.cloudevents.messages import (
    BATCH,
    JSON,
    MINIMAL,
    SOURCE,
    batch,
    data,
    received,
    structured,
)
from tests.providers.received import entry_of, pairs, quarantine_of
from tests.sources import callback

ALL_CORE = MINIMAL | {
    "id": "allCore",
    "datacontenttype": "text/plain",
    "dataschema": "https://cloudevents.io/dataschema",
    "subject": "tests",
    "time": "2018-04-05T17:31:00Z",
}
OPTIONAL = ("datacontenttype", "dataschema", "subject", "time")


def without(name: str) -> Document:
    return {key: value for key, value in MINIMAL.items() if key != name}


VALID: dict[str, tuple[Document, Document]] = {
    "validMinimal": (MINIMAL, MINIMAL),
    "validMinimalWithNullForOptional": (MINIMAL | dict.fromkeys(OPTIONAL), MINIMAL),
    "validAllCoreAttributes": (ALL_CORE, ALL_CORE),
    **{
        name: (MINIMAL | {"time": time}, MINIMAL | {"time": time})
        for name, time in {
            "validMinimalWithTimeUtc": "2018-04-05T17:31:00Z",
            "validMinimalWithTimeToNanosecondsUtc": "2018-04-05T17:31:00.000000000Z",
            "validMinimalWithTimeUsingPositiveOffset": "2018-04-05T18:31:00+01:00",
            "validMinimalWithTimeUsingNegativeOffset": "2018-04-05T16:31:00-01:00",
            "small letters": "2018-04-05t17:31:00z",
            "a leap second": "2016-12-31T23:59:60Z",
        }.items()
    },
    **{
        f"source {source}": (MINIMAL | {"source": source}, MINIMAL | {"source": source})
        for source in (
            *("#fragment", "/sensors/tn-1234567/alerts", "1-555-123-4567", "//authority/path"),
            *("mailto:cncf-wg@lists.cncf.io", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66"),
        )
    },
    "validAllExtensionTypes": (
        MINIMAL
        | {
            "extinteger": 10,
            "extboolean": True,
            "extstring": "text",
            "exturi": "https://cloudevents.io",
            "exttimestamp": "2023-03-31T15:12:00Z",
            "extbinary": "TWE=",
        },
        MINIMAL
        | {
            "extinteger": "10",
            "extboolean": "true",
            "extstring": "text",
            "exturi": "https://cloudevents.io",
            "exttimestamp": "2023-03-31T15:12:00Z",
            "extbinary": "TWE=",
        },
    ),
    "the least and the largest integer": (
        MINIMAL | {"least": -(2**31), "largest": 2**31 - 1},
        MINIMAL | {"least": "-2147483648", "largest": "2147483647"},
    ),
    "characters at the borders": (
        MINIMAL | {"ext": " ~\xa0\ufdcf\ufdf0\ufffd\U0001f600\U0010fffd"},
        MINIMAL | {"ext": " ~\xa0\ufdcf\ufdf0\ufffd\U0001f600\U0010fffd"},
    ),
    "a schema as Azure Event Grid writes it": (
        MINIMAL | {"dataschema": "#"},
        MINIMAL | {"dataschema": "#"},
    ),
    "an empty extension": (MINIMAL | {"ext": ""}, MINIMAL | {"ext": ""}),
    "a name of digits": (MINIMAL | {"2x": "y"}, MINIMAL | {"2x": "y"}),
}

INVALID: dict[str, Document] = {
    "invalidNoSpecVersion": without("specversion"),
    "invalidNoId": without("id"),
    "invalidNoType": without("type"),
    "invalidNoSource": without("source"),
    "invalidTimeGarbage": MINIMAL | {"time": "lunchtime"},
    "invalidTimeToMinute": MINIMAL | {"time": "2018-04-05T18:31Z"},
    "invalidTimeOffsetX": MINIMAL | {"time": "2018-04-05T18:31:00X"},
    "invalidTimeOffsetOutOfRange": MINIMAL | {"time": "2018-04-05T18:31:00+25:00"},
    "invalidTimeOffsetNonInteger": MINIMAL | {"time": "2018-04-05T18:31:00+xx:00"},
    "invalidTimeOffsetHourOnly": MINIMAL | {"time": "2018-04-05T18:31:00+05"},
    "invalidEmptyId": MINIMAL | {"id": ""},
    "invalidEmptyType": MINIMAL | {"type": ""},
    "invalidEmptySource": MINIMAL | {"source": ""},
    "invalidEmptySpecVersion": MINIMAL | {"specversion": ""},
    "invalidUnknownSpecVersion": MINIMAL | {"specversion": "0.9"},
    "invalidNonRfc2046DataContentType": MINIMAL | {"datacontenttype": "xyz"},
    "invalidEmptyDataContentType": MINIMAL | {"datacontenttype": ""},
    "invalidEmptyDataSchema": MINIMAL | {"dataschema": ""},
    "invalidEmptySubject": MINIMAL | {"subject": ""},
    "invalidNumericId": MINIMAL | {"id": 25},
    "invalidObjectId": MINIMAL | {"id": {"xyz": "abc"}},
    "invalidCapitalizedExtension": MINIMAL | {"MyExtension": "bad"},
    "invalidPunctuatedExtension": MINIMAL | {"my.extension": "bad"},
    "invalidNonIntegerExtensionValue": MINIMAL | {"extension": 1.5},
    "invalidBothDataAndDataBase64": MINIMAL | {"data": "text", "data_base64": "eyJ4IjogMX0="},
    "a number for the version": MINIMAL | {"specversion": 1.0},
    "null for what is required": MINIMAL | {"id": None},
    "a boolean for the subject": MINIMAL | {"subject": True},
    "a name without letters": MINIMAL | {"": "x"},
    "a list for an extension": MINIMAL | {"extension": ["x"]},
    "an integer of 33 bits": MINIMAL | {"extension": 2**31},
    "an integer of 70 digits": MINIMAL | {"extension": 10**70},
    "a control character": MINIMAL | {"type": "a\nb"},
    "a control character of Latin-1": MINIMAL | {"extension": "\x85"},
    "a noncharacter": MINIMAL | {"extension": "\ufdd0"},
    "a noncharacter of the last plane": MINIMAL | {"extension": "\U0010ffff"},
    "a source that is no reference": MINIMAL | {"source": "my app"},
    "a schema that is no reference": MINIMAL | {"dataschema": "my schema"},
    "an id without end": MINIMAL | {"id": "x" * 2049},
    "a number for base64": MINIMAL | {"data_base64": 5},
    "what is no base64": MINIMAL | {"data_base64": "no!"},
    "base64 without its end": MINIMAL | {"data_base64": "TWE"},
}


@pytest.mark.parametrize("name", VALID)
def test_an_event_is_accepted_with_every_attribute(name: str) -> None:
    """As text, null left out; the data has nothing else."""
    sent, expected = VALID[name]
    assert data(structured(sent)) == {"event": expected}


@pytest.mark.parametrize("name", INVALID)
def test_what_is_no_event_is_quarantined(name: str) -> None:
    """Whole, for the reason `schema`; alone and beside a good one in a batch alike."""
    headers, body = structured(INVALID[name])
    assert quarantine_of(SOURCE, body, headers).reason is Reason.SCHEMA
    assert entry_of(SOURCE, body, headers).body == body
    headers, body = batch(MINIMAL, INVALID[name])
    assert quarantine_of(SOURCE, body, headers).reason is Reason.SCHEMA


@pytest.mark.parametrize("name", VALID)
def test_a_batch_is_its_events_in_order(name: str) -> None:
    """Each as if it had come alone."""
    sent, _ = VALID[name]
    alone = received(structured(MINIMAL)) + received(structured(sent))
    assert received(batch(MINIMAL, sent)) == alone


def test_copies_in_a_batch_are_one_event_twice() -> None:
    """Which the journal keeps once, by their id."""
    first, second = received(batch(MINIMAL, MINIMAL))
    assert first == second


@pytest.mark.parametrize("body", [b"[]", b" [ ]\n"])
def test_an_empty_batch_is_a_probe(body: bytes) -> None:
    """The specification allows it: nothing has happened."""
    with pytest.raises(Ignored, match="probe"):
        process(callback(body, headers=pairs(BATCH)), SOURCE)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (JSON, [MINIMAL]),
        (JSON, []),
        (BATCH, MINIMAL),
        (BATCH, ["not an object", MINIMAL]),
        (BATCH, [[MINIMAL]]),
        (BATCH, [None]),
    ],
)
def test_a_mode_has_one_shape(headers: dict[str, str], body: Value) -> None:
    """One event is an object, a batch is a list of objects."""
    sent = json.dumps(body).encode()
    assert quarantine_of(SOURCE, sent, headers).reason is Reason.SCHEMA


DATA: dict[str, tuple[Document, Document]] = {
    "JSON keeps its types": (
        {"data": {"a": [1, 1.5, True, None, "", {}]}, "datacontenttype": "application/json"},
        {"data": {"a": [1, 1.5, True, None, "", {}]}},
    ),
    "no content type is JSON": ({"data": [1]}, {"data": [1]}),
    "null is not the absence of data": ({"data": None}, {"data": None}),
    "a string is a string": ({"data": "{}"}, {"data": "{}"}),
    "an XML document is one string": (
        {"data": '<much wow="xml"/>', "datacontenttype": "application/xml"},
        {"data": '<much wow="xml"/>'},
    ),
    "bytes": (
        {"data_base64": "AP8=", "datacontenttype": "application/octet-stream"},
        {"data_base64": "AP8="},
    ),
    "bytes of no type": ({"data_base64": "AP8="}, {"data_base64": "AP8="}),
    "bytes of JSON are its value": (
        {"data_base64": "eyJ4IjogMX0=", "datacontenttype": "application/vnd.x+json"},
        {"data": {"x": 1}},
    ),
    "bytes of text are the text": (
        {"data_base64": b64encode("é".encode()).decode(), "datacontenttype": "text/plain"},
        {"data": "é"},
    ),
    "bytes of a text that is not UTF-8": (
        {"data_base64": b64encode(b"\xe9").decode(), "datacontenttype": "text/plain"},
        {"data_base64": "6Q=="},
    ),
    "no bytes are no data": ({"data_base64": ""}, {}),
    "a null is no base64": ({"data_base64": None}, {}),
    "a number that nothing holds": ({"data": [10**30]}, {"data": [str(10**30)]}),
}


@pytest.mark.parametrize("name", DATA)
def test_the_content_type_decides_what_the_data_is(name: str) -> None:
    """JSON is JSON, text is a string, all else is Base64."""
    sent, expected = DATA[name]
    found = data(structured(MINIMAL | sent))
    del found["event"]
    assert found == expected


def test_data_without_a_content_type_says_what_it_is() -> None:
    """The specification calls the two exactly equivalent; without data nothing is implied."""
    plain = received(structured(MINIMAL | {"data": 1}))
    said = received(structured(MINIMAL | {"data": 1, "datacontenttype": "application/json"}))
    assert plain == said
    assert plain[0]["data"]["event"]["datacontenttype"] == "application/json"
    assert "datacontenttype" not in data(structured(MINIMAL))["event"]


def test_the_event_of_ours_around_it() -> None:
    """Their type, subject and time; our id, source and schema."""
    (event,) = received(structured(ALL_CORE | {"time": "2018-04-05t18:31:00.5+01:00"}))
    named = {name: event[name] for name in ("type", "subject", "partitionkey", "time", "source")}
    assert named == {
        "type": "io.cloudevents.test",
        "subject": "tests",
        "partitionkey": "tests",
        "time": "2018-04-05T18:31:00.5+01:00",
        "source": "/callbacks/media",
    }
    assert event["dataschema"] == "urn:callback-gateway:cloudevents:cloudevent:v1"
    assert event["data"]["event"]["time"] == "2018-04-05t18:31:00.5+01:00"


def test_an_event_without_a_subject_is_about_itself() -> None:
    """Its own id is the subject, and so the Kafka key."""
    (event,) = received(structured(MINIMAL))
    assert (event["subject"], event["time"]) == ("minimal", event["receivedtime"])


@pytest.mark.parametrize("name", ["id", "source", "type", "subject", "ext"])
def test_every_attribute_is_part_of_the_identity(name: str) -> None:
    """Events that differ in one attribute are two; the same one again is one."""
    event = ALL_CORE | {"ext": "1"}
    other = event | {name: "other"}
    ids = [received(structured(one))[0]["id"] for one in (event, event, other)]
    assert (len(set(ids)), ids[0]) == (2, ids[1])
