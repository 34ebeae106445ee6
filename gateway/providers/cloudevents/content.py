"""The bytes of an event's data → the members of the JSON format that hold them, and back.

The content type decides, never the bytes: JSON is `data` with its types, text and XML are `data` as
one string, all else is `data_base64`. So the data of one type has one form in every content mode.
"""

from base64 import b64encode

from gateway.core.encode import encode_json
from gateway.core.json_body import decode_json
from gateway.core.model import Value


def media_type(content_type: str) -> str:
    """`application/json` of `Application/JSON; charset=utf-8`."""
    return content_type.partition(";")[0].strip().lower()


def content(content_type: str, body: bytes) -> dict[str, Value]:
    """`{"data": …}` or `{"data_base64": …}`; raises `Unreadable` for JSON that is none."""
    media = media_type(content_type)
    if _is(media, "json"):
        return {"data": decode_json(body)}
    if media.startswith("text/") or _is(media, "xml"):
        try:
            return {"data": body.decode()}
        except UnicodeDecodeError:  # in its own encoding, which `datacontenttype` may tell
            pass
    return {"data_base64": b64encode(body).decode()}


def body_of(event: dict[str, Value], content_type: str, body: bytes) -> bytes:
    """The opposite: `body`, whose content `event` has, without what was emptied there since."""
    if _is(media_type(content_type), "json") and "data" in event:
        return encode_json(event["data"])
    return body if event.get("data", event.get("data_base64")) is not None else b""


def _is(media: str, format_: str) -> bool:
    subtype = media.partition("/")[2]
    return subtype == format_ or subtype.endswith(f"+{format_}")
