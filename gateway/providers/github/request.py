"""A request of GitHub ↔ `{"X-GitHub-Event": the header, "X-GitHub-Payload": the JSON in the body}`.

A webhook may be set to `application/x-www-form-urlencoded`; then the JSON is its field `payload`.
The body tells, never `Content-Type`. The names are those that no payload has inside, so that
`redact` means elements of the payload.
"""

from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

from msgspec import structs

from gateway.core.encode import encode_json
from gateway.core.errors import Reason, Unreadable
from gateway.core.json_body import decode_json
from gateway.core.model import Callback, Value, Verified

EVENT: Final = "X-GitHub-Event"
PAYLOAD: Final = "X-GitHub-Payload"
_HEADER: Final = EVENT.lower().encode()
_FIELD: Final = b"payload="


def decode_github(verified: Verified) -> Value:
    """The document of a verified callback; raises nothing but `Unreadable`."""
    callback = verified.callback
    if not callback.body:
        raise Unreadable(Reason.EMPTY, "the body is empty")
    document = {PAYLOAD: decode_json(_json(callback.body))}
    event = _event(callback)
    return {EVENT: event, **document} if event else document


def encode_github(document: Value, callback: Callback) -> Callback:
    """The callback that decodes to `document`."""
    body = encode_json(document[PAYLOAD])
    if callback.body.startswith(_FIELD):
        body = _FIELD + quote_from_bytes(body, safe="").encode()
    if document.get(EVENT):
        return structs.replace(callback, body=body)
    headers = tuple(pair for pair in callback.headers if pair[0].lower() != _HEADER)
    return structs.replace(callback, body=body, headers=headers)


def _json(body: bytes) -> bytes:
    if not body.startswith(_FIELD):
        return body
    if b"&" in body:
        raise Unreadable(Reason.NOT_XML_OR_JSON, "the form has more than the field payload")
    return unquote_to_bytes(body.removeprefix(_FIELD).replace(b"+", b" "))


def _event(callback: Callback) -> str:
    values = {value for name, value in callback.headers if name.lower() == _HEADER}
    if len(values) > 1:
        raise Unreadable(Reason.AMBIGUOUS, f"{EVENT} is repeated with different values")
    return "".join(value.decode("latin-1") for value in values)
