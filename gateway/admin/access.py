"""A request to the API → let through, or a problem. The port is this machine's alone.

Who can connect is on this machine, but a browser here also carries requests of foreign pages: the
Host must name this machine (DNS rebinding), and what changes something must not come from a form
or another site (CSRF).
"""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final

from aiohttp import web
from yarl import URL

from gateway.core.errors import GatewayError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_SAME: Final = {"same-origin", "none"}
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


def is_loopback(host: str) -> bool:
    """Whether a host, without its port, is this machine and nothing else."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def problem(status: int, reason: str, detail: str) -> web.Response:
    """An RFC 9457 problem."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body = json.dumps({**told, "reason": reason, "detail": detail})
    return web.Response(
        status=status, text=body, content_type="application/problem+json", headers=_HEADERS
    )


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses what a foreign page could have made; every error becomes a problem."""
    if (why := _foreign(request)) is not None:
        return problem(403, "forbidden", why)
    try:
        response = await handler(request)
    except GatewayError as error:
        return problem(error.status, error.reason, str(error))
    except web.HTTPException as error:
        reason = {404: "not_found", 405: "method_not_allowed"}.get(
            error.status, "malformed_request"
        )
        return problem(error.status, reason, error.reason)
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


def _foreign(request: web.Request) -> str | None:
    if not is_loopback(_host(request.host)):
        return "the Host is not this machine"
    if request.method in {"GET", "HEAD"}:
        return None
    is_json = request.content_type == "application/json"
    if not is_json and "X-Requested-With" not in request.headers:
        return "needs the header X-Requested-With, or JSON"
    origin = request.headers.get("Origin", f"http://{request.host}")
    site = request.headers.get("Sec-Fetch-Site", "none")
    return None if origin == f"http://{request.host}" and site in _SAME else "of another site"


def _host(authority: str) -> str:
    try:
        return URL(f"http://{authority}").host or ""
    except ValueError:
        return ""
