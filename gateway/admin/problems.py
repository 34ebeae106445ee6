"""The API's middleware: who may pass passes, and every error is an RFC 9457 problem."""

import json
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from gateway.admin.access import HEADERS, SESSION, ForeignError, Gate, Handler, is_bearer
from gateway.admin.ports import NotNowError
from gateway.core.errors import GatewayError

_REASONS: Final = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
_OWN_REASONS: Final = {ForeignError: "forbidden", NotNowError: "conflict"}
"""That no sender of callbacks is ever told."""


def problem(status: int, reason: str, detail: str) -> web.Response:
    """An RFC 9457 problem."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body = json.dumps({**told, "reason": reason, "detail": detail})
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    return web.Response(
        status=status,
        text=body,
        content_type="application/problem+json",
        headers={**HEADERS, **headers},
    )


def guarded(gate: Gate) -> Middleware:
    """Refuses what may not pass."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            request[SESSION] = gate.enter(request)
            _check_form(request)
            response = await handler(request)
        except GatewayError as error:
            reason = _OWN_REASONS.get(type(error), error.reason)
            return problem(error.status, reason, str(error))
        except web.HTTPException as error:
            return _of_aiohttp(error)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return guard


def _check_form(request: web.Request) -> None:
    """A form of another site cannot send JSON, nor a header of its own."""
    if request.method in {"GET", "HEAD"} or is_bearer(request[SESSION]):
        return
    is_json = request.content_type == "application/json"
    if not is_json and "X-Requested-With" not in request.headers:
        raise ForeignError("needs the header X-Requested-With, or JSON")


def _of_aiohttp(error: web.HTTPException) -> web.Response:
    made = problem(error.status, _REASONS.get(error.status, "malformed_request"), error.reason)
    if "Allow" in error.headers:
        made.headers["Allow"] = error.headers["Allow"]
    return made
