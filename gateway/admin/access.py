"""A request to the operators' page or API → let through with its session, or a refusal.

With tokens configured, one of them is needed: as a bearer, or in the session that a form began.
Without, whoever can connect must be on this machine, and then a browser here also carries requests
of foreign pages: so the Host must name this machine (DNS rebinding). In either case what changes
something must not come from another site (CSRF).
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from math import inf
from typing import Final

from aiohttp import web
from yarl import URL

from gateway.admin.sessions import Session, Sessions, matching
from gateway.core.errors import GatewayError, Reason

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SESSION: Final = web.RequestKey("session", Session)
COOKIE: Final = "gateway_session"
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # not no-referrer: with that, browsers send forms with the Origin null
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_SAME: Final = {"same-origin", "none"}


class NotServedError(GatewayError):
    """Nothing would protect it."""

    status = 404
    reason = Reason.NOT_FOUND


class ForeignError(GatewayError):
    """Another site has made this request."""

    status = 403
    reason = Reason.UNAUTHENTICATED


class NoTokenError(GatewayError):
    """Neither a live token nor a session."""

    status = 401
    reason = Reason.UNAUTHENTICATED


class Gate:
    """Lets requests through, or raises NotServedError, ForeignError or NoTokenError."""

    def __init__(
        self, live: Callable[[], Sequence[bytes]], *, host: str, sessions: Sessions
    ) -> None:
        """`live`: the tokens of now; `host`: where the port listens."""
        self._live = live
        self._is_loopback = is_loopback(host)
        self._sessions = sessions
        self._everybody = Session(secrets.token_urlsafe(32), b"", inf)

    @property
    def asks(self) -> bool:
        """Whether a token is needed."""
        return bool(self._live())

    def enter(self, request: web.Request) -> Session:
        """Who comes. A bearer, which no browser adds by itself, may come from anywhere."""
        if (session := self._bearer(request)) is not None:
            return session
        self.check_site(request)
        if not self.asks:
            return self._everybody
        found = self._sessions.find(request.cookies.get(COOKIE, ""), self._live())
        if found is None:
            raise NoTokenError("needs a live token")
        return found

    def check_site(self, request: web.Request) -> None:
        """Whether a page of ours, or no page at all, has made the request."""
        if not self.asks:
            if not self._is_loopback:
                raise NotServedError("beyond loopback it is served with admin.token only")
            if not is_loopback(_host(request.host)):
                raise ForeignError("the Host is not this machine")
        if request.method not in {"GET", "HEAD"} and not _is_same_site(request):
            raise ForeignError("of another site")

    def begin(self, given: str) -> str:
        """The cookie of a new session. Raises NoTokenError."""
        secret = matching(self._live(), given.encode(errors="surrogateescape"))
        if secret is None:
            raise NoTokenError("this token is not live")
        return self._sessions.begin(secret)

    def end(self, request: web.Request) -> None:
        """The session of a request."""
        self._sessions.end(request.cookies.get(COOKIE, ""))

    def _bearer(self, request: web.Request) -> Session | None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if not self.asks or scheme.lower() != "bearer":
            return None
        secret = matching(self._live(), given.strip().encode(errors="surrogateescape"))
        if secret is None:
            raise NoTokenError("this token is not live")
        return Session("", secret, inf)


def is_bearer(session: Session) -> bool:
    """Whether it is no browser's."""
    return not session.form_token


def is_loopback(host: str) -> bool:
    """Whether a host, without its port, is this machine and nothing else."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _is_same_site(request: web.Request) -> bool:
    """A proxy before this port may speak TLS: of an Origin, host and port count."""
    own = request.host
    origin = request.headers.get("Origin", f"http://{own}")
    site = request.headers.get("Sec-Fetch-Site", "none")
    return origin in {f"http://{own}", f"https://{own}"} and site in _SAME


def _host(authority: str) -> str:
    try:
        return URL(f"http://{authority}").host or ""
    except ValueError:
        return ""
