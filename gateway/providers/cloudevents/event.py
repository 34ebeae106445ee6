"""One event in CloudEvents' JSON format → the draft of ours.

Attributes are text: what the specification calls the canonical string, since a header could not
tell `5` from `"5"`. Null is absent. Data without a content type is JSON, and says so. Which
attributes there must be, and in which form, is for the schema to say.
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

import re
from base64 import b64decode
from typing import Final

from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Value
from gateway.core.provider import Draft
from gateway.core.scalars import date_time
from gateway.core.verbatim import verbatim
from gateway.providers.cloudevents.content import content

SCHEMA: Final = "urn:callback-gateway:cloudevents:cloudevent:v1"
_CORE: Final = {
    *("specversion", "id", "source", "type"),
    *("subject", "time", "datacontenttype", "dataschema"),
}
"""Always strings; extensions may be booleans and integers too."""
_DATA: Final = {"data", "data_base64"}
_NONCHARACTERS: Final = "\ufdd0-\ufdef" + "".join(
    chr(last - 1) + chr(last) for last in range(0xFFFF, 0x110000, 0x10000)
)
_DISALLOWED = re.compile(f"[\x00-\x1f\x7f-\x9f{_NONCHARACTERS}]").search
_INTEGERS: Final = range(-(2**31), 2**31)


def drafted(event: Value) -> Draft:
    """The draft of one event; raises nothing but `Unreadable`."""
    if not isinstance(event, dict):
        raise Unreadable(Reason.SCHEMA, "an event is not a JSON object")
    attributes = {
        name: _attribute(name, value)
        for name, value in event.items()
        if value is not None and name not in _DATA
    }
    payload = _payload(event, attributes.get("datacontenttype", ""))
    if "data" in payload:
        attributes.setdefault("datacontenttype", "application/json")
    return Draft(
        kind="event",
        type=attributes.get("type", ""),
        subject=attributes.get("subject") or attributes.get("id", ""),
        time=date_time(attributes.get("time", "").upper()),
        schema=SCHEMA,
        data={"provider": "cloudevents", "event": attributes, **payload},
    )


def _attribute(name: str, value: Value) -> str:
    if isinstance(value, str) and not _DISALLOWED(value):
        return value
    if name not in _CORE and isinstance(value, int) and value in _INTEGERS:
        return str(value).lower()
    raise Unreadable(Reason.SCHEMA, f"{name[:40]!r} has no value that an attribute can have")


def _payload(event: dict[str, Value], content_type: str) -> dict[str, Value]:
    encoded = event.get("data_base64")
    if encoded is None:
        return {"data": verbatim(event["data"])} if "data" in event else {}
    if "data" in event:
        raise Unreadable(Reason.SCHEMA, "data beside data_base64")
    try:
        body = b64decode(encoded, validate=True)
    except (TypeError, ValueError) as error:
        raise Unreadable(Reason.SCHEMA, "data_base64 is not base64") from error
    found = content(content_type, body) if body else {}
    return {name: verbatim(value) for name, value in found.items()}
