"""An answer on the wire → whether it is one of the contract's, and the one that was owed."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, NamedTuple

from gateway.core.errors import Reason
from gateway.core.model import Document
from tests.sources import SECRET

_ID = re.compile("[0-9a-f]{32}").fullmatch
_REFUSALS: Final = {
    HTTPStatus.BAD_REQUEST: {Reason.MALFORMED_REQUEST},
    HTTPStatus.UNAUTHORIZED: {Reason.UNAUTHENTICATED},
    HTTPStatus.NOT_FOUND: {Reason.NOT_FOUND, Reason.UNKNOWN_SOURCE},
    HTTPStatus.METHOD_NOT_ALLOWED: {Reason.METHOD_NOT_ALLOWED},
    HTTPStatus.LENGTH_REQUIRED: {Reason.LENGTH_REQUIRED},
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: {Reason.BODY_TOO_LARGE},
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: {Reason.CONTENT_ENCODING},
    HTTPStatus.EXPECTATION_FAILED: {Reason.EXPECTATION_FAILED},
}
"""408 is none of them: whoever sends at once is never too slow."""
_UNREADABLE: Final = {
    *(Reason.EMPTY, Reason.NOT_XML_OR_JSON, Reason.ENCODING, Reason.MALFORMED_XML, Reason.DOCTYPE),
    *(Reason.MALFORMED_JSON, Reason.TOO_DEEP, Reason.AMBIGUOUS, Reason.SCHEMA),
}
_UNSPEAKABLE: Final = (SECRET, b"Traceback", b"aiohttp", b"ython", b".py")
REFUSED: Final = "refused"


class Reply(NamedTuple):
    """One answer as it stood on the wire; header names in lower case."""

    version: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_last(self) -> bool:
        """The connection ends with it; HTTP/1.0 says so by its version alone."""
        said = self.headers.get("connection", "close" if self.version == "HTTP/1.0" else "")
        return said.lower() == "close"


class Owed(NamedTuple):
    """Which answers to an input are right: any of `statuses`; and this result, reason and number of
    events, where they are given."""

    statuses: frozenset[int] = frozenset({200})
    result: str = ""
    reason: str = ""
    events: int = 0


class Told(NamedTuple):
    """What an answer says. `ids`: of its events, or of its quarantine."""

    result: str
    reason: str = ""
    ids: tuple[str, ...] = ()


class Mistake(Exception):
    """An answer that the contract does not know, or that was not owed."""


def judged(reply: Reply, owed: Owed) -> Told:
    """What `reply` says; `Mistake` where it is not an answer, or not the one that was owed."""
    _claim(not any(word in reply.body for word in _UNSPEAKABLE), "the body says what it must not")
    told = _told_200(reply) if reply.status == HTTPStatus.OK else _told_problem(reply)
    _claim(reply.status in owed.statuses, f"{reply.status} is not owed")
    _claim(owed.result in ("", told.result), f"{told.result} ({told.reason}) is not owed")
    _claim(owed.reason in ("", told.reason), f"the reason {told.reason} is not owed")
    _claim(owed.events in (0, len(told.ids)), f"{len(told.ids)} events for {owed.events} jobs")
    return told


def _told_200(reply: Reply) -> Told:
    _claim(reply.headers.get("content-type") == "application/json", "no JSON")
    match _document(reply):
        case {"status": "accepted" | "duplicate" as result, "events": [_, *_] as ids, **rest}:
            told = Told(result, "", tuple(ids))
        case {"status": "quarantined", "quarantine": str(name), "reason": str(reason), **rest}:
            told = Told("quarantined", reason, (name,))
            _claim(reason in _UNREADABLE, f"no reason for quarantine: {reason}")
        case {"status": "ignored", "reason": "probe", **rest}:
            told = Told("ignored", "probe")
        case unknown:
            raise Mistake(f"200 with {unknown}"[:200])
    _claim(not rest, f"unknown members {rest}")
    _claim(all(isinstance(one, str) and _ID(one) for one in told.ids), "an id is no id")
    return told


def _told_problem(reply: Reply) -> Told:
    kind = reply.headers.get("content-type")
    _claim(kind == "application/problem+json", f"{reply.status} with {kind}")
    _claim(reply.status in _REFUSALS, f"an answer {reply.status}")
    if not reply.body and reply.headers.get("content-length") != "0":  # to a HEAD
        return Told(REFUSED)
    document = _document(reply)
    reason = document.get("reason")
    _claim(
        document
        == {
            "type": f"urn:callback-gateway:problem:{reason}",
            "title": HTTPStatus(reply.status).phrase,
            "status": reply.status,
            "reason": reason,
        },
        f"another problem: {document}"[:200],
    )
    _claim(reason in _REFUSALS[HTTPStatus(reply.status)], f"{reply.status} for {reason}")
    post_only = reply.status == HTTPStatus.METHOD_NOT_ALLOWED
    _claim(not post_only or reply.headers.get("allow") == "POST", "405 without Allow: POST")
    return Told(REFUSED, str(reason))


def _document(reply: Reply) -> Document:
    try:
        document = json.loads(reply.body)
    except ValueError as error:
        raise Mistake(f"{reply.status} with a body that is no JSON") from error
    _claim(isinstance(document, dict), "no object")
    found: Document = document
    return found


def _claim(holds: object, otherwise: str) -> None:
    if not holds:
        raise Mistake(otherwise)
