"""An HTTP message → its event, or the batch of its events, in CloudEvents' JSON format.

The three content modes of the HTTP Protocol Binding 1.0.2, told by `Content-Type`. In binary mode
the attributes are `ce-` headers and the body is the data; what the other modes have in the body
already is made of those, so that an event is the same in every mode.
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from msgspec import structs

from gateway.core.decode import decode
from gateway.core.encode import encode_callback
from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Callback, Value, Verified
from gateway.providers.cloudevents.content import body_of, content, media_type

_FAMILY: Final = "application/cloudevents"
_FORMATS: Final[dict[str, tuple[type, str]]] = {
    "application/cloudevents+json": (dict, "an event is not a JSON object"),
    "application/cloudevents-batch+json": (list, "a batch is not a JSON array"),
}
_PREFIX: Final = b"ce-"
_CONTENT_TYPE: Final = "datacontenttype"
_OTHER: Final = ":"
"""Stands for every header that says nothing of an event; no attribute is called so."""
_NO_ATTRIBUTES: Final = {"data", "data_base64", _CONTENT_TYPE}
"""The binding says that these are not in headers; they would be taken for the body."""
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL).fullmatch
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def decode_http(verified: Verified) -> Value:
    """The document of a verified callback; raises nothing but `Unreadable`."""
    callback = verified.callback
    content_type = _only(callback, b"content-type")
    media = media_type(content_type)
    if not media.startswith(_FAMILY):
        return _binary(callback, content_type)
    if media not in _FORMATS:
        raise Unreadable(Reason.SCHEMA, "of CloudEvents' formats only JSON is read")
    kind, mistake = _FORMATS[media]
    document = decode(verified)
    if not isinstance(document, kind):
        raise Unreadable(Reason.SCHEMA, mistake)
    return document


def encode_http(document: Value, callback: Callback) -> Callback:
    """The callback without what was emptied in its document, in the headers too."""
    content_type = _only(callback, b"content-type")
    if media_type(content_type).startswith(_FAMILY):  # its ce- headers are copies that nobody reads
        names = {_name(header) for header, _ in callback.headers} - {_OTHER, _CONTENT_TYPE}
        return _without(names, encode_callback(document, callback))
    names = {name for name, value in document.items() if value is None}
    body = body_of(document, content_type, callback.body)
    return _without(names, structs.replace(callback, body=body))


def _without(names: set[str], callback: Callback) -> Callback:
    """The callback with the headers of these attributes emptied."""
    headers = (
        (header, b"" if _name(header) in names else value) for header, value in callback.headers
    )
    return structs.replace(callback, headers=tuple(headers))


def _binary(callback: Callback, content_type: str) -> dict[str, Value]:
    event: dict[str, Value] = dict(_attributes(callback))
    if content_type:
        event[_CONTENT_TYPE] = content_type
    return event | content(content_type, callback.body) if callback.body else event


def _attributes(callback: Callback) -> dict[str, str]:
    found: dict[str, str] = {}
    for header, value in callback.headers:
        if header[:3].lower() == _PREFIX:
            name, text = _name(header), _decoded(value)
            if name in _NO_ATTRIBUTES:
                raise Unreadable(Reason.SCHEMA, f"{name} is no header of its own")
            if found.setdefault(name, text) != text:
                raise Unreadable(Reason.AMBIGUOUS, f"{name} is repeated with different values")
    return found


def _name(header: bytes) -> str:
    """What a header says of an event, by its name in the JSON format."""
    name = header.lower()
    if name == b"content-type":
        return _CONTENT_TYPE
    return name.removeprefix(_PREFIX).decode("latin-1") if name.startswith(_PREFIX) else _OTHER


def _decoded(value: bytes) -> str:
    """Quotes are taken off first, which older senders write, then percent signs are resolved."""
    quoted = _QUOTED(value)
    if quoted:
        value = _ESCAPED.sub(rb"\1", quoted[1])
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeDecodeError as error:
        raise Unreadable(Reason.ENCODING, f"an attribute is not UTF-8: {error.reason}") from error


def _only(callback: Callback, name: bytes) -> str:
    """The value of a header that decides something; empty where there is none."""
    values = {value for header, value in callback.headers if header.lower() == name}
    if len(values) > 1:
        shown = name.decode()
        raise Unreadable(Reason.AMBIGUOUS, f"{shown} is repeated with different values")
    return "".join(value.decode("latin-1") for value in values)
