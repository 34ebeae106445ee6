"""What became of a callback → the HTTP response. The one place where an answer is given.

A 200 is written only from a receipt of the journal. Problems are RFC 9457 documents made here from
a closed set, so that neither input nor internals can leak into them.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import orjson
from aiohttp import web
from aiohttp.helpers import rfc822_formatted_time
from msgspec import Struct, structs

from gateway.core.errors import Busy, GatewayError, Ignored, Reason, Refused
from gateway.core.model import Entry, Receipt
from gateway.intake.errors import RateLimited, RequestError

RETRY_AFTER_SECONDS: Final = 5
_SERVER = "callback-gateway"
_JSON = {"Content-Type": "application/json", "Server": _SERVER}


class Result(StrEnum):
    """How a request ended: exactly one for each, as counted in `gateway_callbacks_total`."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    IGNORED = "ignored"
    REFUSED = "refused"
    BUSY = "busy"


class Answer(Struct, frozen=True, gc=False):
    """One request's end: what the sender is told, and what metrics and log are told."""

    result: Result
    reason: str
    """A `Reason`, for 401 the name of the check; empty when accepted or a duplicate."""
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    close: bool = False


def durable(entry: Entry, receipt: Receipt) -> Answer:
    """The 200 for an entry that the journal has committed."""
    quarantine = entry.quarantine
    if quarantine is not None:
        told = {
            "status": Result.QUARANTINED.value,
            "quarantine": quarantine.id,
            "reason": quarantine.reason.value,
        }
        return Answer(Result.QUARANTINED, quarantine.reason, body=orjson.dumps(told))
    result = Result.DUPLICATE if receipt.duplicate else Result.ACCEPTED
    ids = [event.id for event in entry.events]
    return Answer(result, "", body=orjson.dumps({"status": str(result), "events": ids}))


def agreed(headers: Mapping[str, str]) -> Answer:
    """The 200 for a sender that asked before it delivers; nothing is kept."""
    return structs.replace(ended(Ignored(Reason.PROBE)), headers={**headers, "Allow": "POST"})


def ended(error: GatewayError) -> Answer:
    """The answer to an error of ours: mostly a problem; the check that refused stays inside."""
    if isinstance(error, Ignored):
        told = {"status": Result.IGNORED.value, "reason": error.reason.value}
        return Answer(Result.IGNORED, error.reason, body=orjson.dumps(told))
    reason = error.check if isinstance(error, Refused) else error.reason.value
    busy = isinstance(error, Busy)
    headers = {"Content-Type": "application/problem+json"}
    if busy:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.seconds)
    if isinstance(error, Refused) and error.challenge:
        headers["WWW-Authenticate"] = error.challenge
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = "POST"
    return Answer(
        Result.BUSY if busy else Result.REFUSED,
        reason,
        status=error.status,
        body=_problem(error.status, error.reason),
        headers=headers,
        close=isinstance(error, RequestError) and error.close,
    )


def response(answer: Answer) -> web.Response:
    """The aiohttp response of an answer."""
    made = web.Response(status=answer.status, body=answer.body, headers={**_JSON, **answer.headers})
    if answer.close:
        made.force_close()
    return made


def said(answer: Answer) -> bytes:
    """An answer as it goes over the wire, for where no handler of aiohttp's writes it."""
    head = _head(answer.status, tuple(answer.headers.items()), answer.close)
    date = rfc822_formatted_time()
    return (
        f"{head}Content-Length: {len(answer.body)}\r\nDate: {date}\r\n\r\n".encode() + answer.body
    )


@lru_cache
def _head(status: int, more: tuple[tuple[str, str], ...], close: bool) -> str:  # noqa: FBT001
    headers = {**_JSON, **dict(more)} | ({"Connection": "close"} if close else {})
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, ""])


def _problem(status: int, reason: Reason) -> bytes:
    return orjson.dumps(
        {
            "type": f"urn:callback-gateway:problem:{reason.value}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "reason": reason.value,
        }
    )
