"""Standard Webhooks (standardwebhooks.com): `{type, timestamp, data}` with a `webhook-id` header.

The specification recommends this payload and requires none, so only what is there is used: a
payload without a type is an event all the same. The payload is kept whole in `body`, with JSON's
types, for whoever reads such payloads already. `webhook-timestamp` is the time of the attempt and
differs from one attempt to the next, so it is in no event.
"""

from typing import Final

from msgspec import structs

from gateway.core.contract import Contract
from gateway.core.decode import decode
from gateway.core.encode import encode
from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Callback, Value, Verified
from gateway.core.provider import Draft, Normalize, Provider
from gateway.core.scalars import date_time
from gateway.core.verbatim import verbatim

PREFIX: Final = "com.standardwebhooks."
"""Before every type: who sends `com.example.paid` is not yet who may speak for example.com."""
UNNAMED: Final = "event.received"
SCHEMA: Final = "urn:callback-gateway:standard-webhooks:webhook:v1"
_IDS: Final = {b"webhook-id", b"svix-id"}
"""Svix, whose scheme became the standard, still sends its own name."""
_LONGEST: Final = 256


def decode_webhook(verified: Verified) -> Value:
    """The payload as `body`, and the id that stays however often a webhook is sent again."""
    headers = verified.callback.headers
    ids = {value for name, value in headers if value and name.lower() in _IDS}
    if len(ids) > 1:
        raise Unreadable(Reason.AMBIGUOUS, "webhook-id is repeated with different values")
    body = decode(verified)
    return {"webhook_id": ids.pop().decode("latin-1"), "body": body} if ids else {"body": body}


def encode_webhook(document: Value, callback: Callback) -> Callback:
    """The callback without what was emptied in its document, in the headers too."""
    payload, has_id = document["body"], document.get("webhook_id")
    return structs.replace(
        callback,
        body=b"" if payload is None else encode(payload, callback.body),
        headers=tuple(
            (name, value if has_id or name.lower() not in _IDS else b"")
            for name, value in callback.headers
        ),
    )


def compile_provider(_contract: Contract) -> Normalize:
    """The schema types nothing of the payload, so there is nothing to compile."""
    return _normalize


def _normalize(document: Value) -> list[Draft]:
    document = document if isinstance(document, dict) else {}
    payload = document.get("body")
    members = payload if isinstance(payload, dict) else {}
    data = {"provider": "standard-webhooks", "body": verbatim(payload)}
    if webhook_id := document.get("webhook_id"):
        data["webhook_id"] = webhook_id
    return [
        Draft(
            kind="webhook",
            type=PREFIX + (_name(members.get("type")) or UNNAMED),
            subject=webhook_id or "",
            time=_time(members.get("timestamp")),
            schema=SCHEMA,
            data=data,
        )
    ]


def _name(value: Value) -> str | None:
    """A type such as `invoice.paid`; None for what could not be the end of one."""
    is_name = isinstance(value, str) and value.isprintable() and len(value) <= _LONGEST
    return value if is_name else None


def _time(value: Value) -> str | None:
    """A number is no time: some senders count seconds, others milliseconds."""
    return date_time(value) if isinstance(value, str) else None


def _is_probe(_document: Value) -> bool:
    """What a console's test sends cannot be told from any other webhook."""
    return False


PROVIDER = Provider(
    "standard-webhooks", compile_provider, _is_probe, decode=decode_webhook, encode=encode_webhook
)
