"""A Kafka record, or JSON → `CloudEvent`.

The content type decides, as the Kafka protocol binding of CloudEvents says: structured when it
begins with `application/cloudevents`, else binary, where the value is the data and each attribute a
`ce_` header. Topics may hold both.
"""

from collections.abc import Iterable, Mapping

import orjson

from gateway.events.errors import InvalidEventError
from gateway.events.event import CloudEvent
from gateway.events.model import Value
from gateway.events.read import cloud_event

Headers = Iterable[tuple[str, bytes | None]]
"""As Kafka's clients for Python give them."""

_STRUCTURED = "application/cloudevents"


def read_json(text: bytes | str) -> CloudEvent:
    """An event in CloudEvents' JSON format, as `gateway events list --json` prints one a line.

    Raises InvalidEventError.
    """
    return cloud_event(_json(text, "the event"))


def read_record(value: bytes | None, headers: Headers | None) -> CloudEvent:
    """The event of one Kafka record, whichever mode it was published in.

    Raises InvalidEventError; also for a record without a value (a tombstone), which the gateway
    never writes: who reads a compacted topic looks for `value is None` first.
    """
    if value is None:
        raise InvalidEventError("the record has no value: a tombstone")
    texts = dict(_texts(headers or ()))
    media_type = texts.get("content-type", "").partition(";")[0].strip().lower()
    if not media_type.startswith(_STRUCTURED):
        return cloud_event(_binary(value, texts, media_type))
    if media_type != f"{_STRUCTURED}+json":
        raise InvalidEventError("of CloudEvents' formats only JSON is read")
    return read_json(value)


def _binary(value: bytes, headers: Mapping[str, str], media_type: str) -> dict[str, Value]:
    attributes: dict[str, Value] = {
        name.removeprefix("ce_"): text for name, text in headers.items() if name.startswith("ce_")
    }
    if not attributes:
        raise InvalidEventError("neither the content type nor a ce_ header tells of an event")
    if media_type:
        attributes["datacontenttype"] = headers["content-type"]
    if value:
        attributes["data"] = _json(value, "data")
    return attributes


def _texts(headers: Headers) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        if value is not None:
            try:
                yield name.lower(), value.decode()
            except UnicodeDecodeError as error:
                raise InvalidEventError(f"the header {name} is not UTF-8") from error


def _json(text: bytes | str, place: str) -> Value:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidEventError(f"{place} is not JSON") from error
