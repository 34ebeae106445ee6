"""`/page`: HTTP → views and actions, for who may see them.

Every form but the login's must have the token of its session. What is served without one is the
login and the files that it needs.
"""

import asyncio
import hmac
import re
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from importlib.resources import files
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Middleware

from gateway.admin.access import (
    COOKIE,
    HEADERS,
    SESSION,
    ForeignError,
    Gate,
    Handler,
    NoTokenError,
)
from gateway.admin.page.actions import ACTIONS, Action
from gateway.admin.page.rendering import environment
from gateway.admin.page.views import Health, Views, Visit, visit
from gateway.admin.ports import Desk
from gateway.core.errors import GatewayError

PREFIX: Final = "/page"
_HOME: Final = f"{PREFIX}/events"
_LOGIN: Final = f"{PREFIX}/login"
_STATIC: Final = f"{PREFIX}/static/"
_OWN: Final = re.compile(rf"{PREFIX}/[!-\[\]-~]*")
"""An address of the page: nothing else is gone to."""
_FORM: Final = "application/x-www-form-urlencoded"
_TYPES: Final[Mapping[str, str]] = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
View = Callable[[Visit, str], str]


class Page:
    """The handlers, over one desk."""

    def __init__(self, desk: Desk, gate: Gate, health: Health) -> None:
        self._desk = desk
        self._gate = gate
        self._views = Views(desk, health, environment())
        folder = files(__package__) / "static"
        self._files = {name: (folder / name).read_bytes() for name in _TYPES}

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        views = self._views
        return [
            web.get("/login", self.login_form),
            web.post("/login", self.login),
            web.post("/logout", self.logout),
            web.get("/static/{name}", self.static),
            web.get("/events", _shown(views.events)),
            web.get("/events/{name}", _shown(views.event)),
            web.get("/quarantine", _shown(views.quarantine)),
            web.get("/quarantine/{name}", _shown(views.quarantined)),
            web.get("/routes", _shown(views.routes)),
            web.get("/sources", _shown(views.sources)),
            *(web.post(path, self._done(action)) for path, action in ACTIONS.items()),
        ]

    async def login_form(self, request: web.Request) -> web.Response:
        """Asks for a token."""
        return _html(self._views.login(request.query.get("next", "")))

    async def login(self, request: web.Request) -> web.Response:
        """Begins a session."""
        fields = await _fields(request)
        following = fields.get("next", "")
        try:
            cookie = self._gate.begin(fields.get("token", "").strip())
        except NoTokenError as error:
            return _html(self._views.login(following, str(error)), status=error.status)
        response = _sent_to(following if _OWN.fullmatch(following) else _HOME)
        # a proxy before this port that speaks TLS shows in the Origin only
        is_secure = request.headers.get("Origin", "").startswith("https:")
        response.set_cookie(COOKIE, cookie, httponly=True, samesite="Strict", secure=is_secure)
        return response

    async def logout(self, request: web.Request) -> web.Response:
        """Ends the session."""
        self._gate.end(request)
        response = _sent_to(_LOGIN)
        response.del_cookie(COOKIE)
        return response

    async def static(self, request: web.Request) -> web.Response:
        """A file of the page."""
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound
        return web.Response(body=self._files[name], content_type=_TYPES[name], charset="utf-8")

    def guarded(self) -> Middleware:
        """Refuses what may not pass; every error is a page."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                await self._check(request)
                response = await handler(request)
            except NoTokenError as error:
                response = self._to_login(request, error)
            except GatewayError as error:
                response = self._problem(error.status, str(error))
            except web.HTTPException as error:
                response = self._problem(error.status, error.reason)
            response.headers.update(HEADERS)
            return response

        return guard

    async def _check(self, request: web.Request) -> None:
        if request.path == _LOGIN or request.path.startswith(_STATIC):
            self._gate.check_site(request)
            return
        session = request[SESSION] = self._gate.enter(request)
        if request.method not in {"GET", "HEAD"}:
            given = (await _fields(request)).get("form_token", "").encode(errors="replace")
            own = session.form_token.encode()
            if not own or not hmac.compare_digest(own, given):
                raise ForeignError("the form is not of this session: load its page again")

    def _to_login(self, request: web.Request, error: NoTokenError) -> web.Response:
        if request.method not in {"GET", "HEAD"}:
            return self._problem(error.status, "The session has ended: log in again.")
        return _sent_to(f"{_LOGIN}?{urlencode({'next': request.path_qs})}")

    def _problem(self, status: int, detail: str) -> web.Response:
        return _html(self._views.problem(HTTPStatus(status).phrase, detail), status=status)

    def _done(self, action: Action) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            name, fields = request.match_info["name"], await _fields(request)
            return _sent_to(f"{PREFIX}/{await asyncio.to_thread(action, self._desk, name, fields)}")

        return handler


def page_app(desk: Desk, gate: Gate, health: Health) -> web.Application:
    """What stands below `/page`."""
    page = Page(desk, gate, health)
    app = web.Application(middlewares=[page.guarded()])
    app.add_routes(page.routes())
    return app


async def home(_: web.Request) -> web.Response:
    """`/` of the port."""
    return _sent_to(_HOME)


def _shown(view: View) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        name = request.match_info.get("name", "")
        return _html(await asyncio.to_thread(partial(view, _visit(request), name)))

    return handler


def _visit(request: web.Request) -> Visit:
    return visit(request.path, request.query, request[SESSION])


async def _fields(request: web.Request) -> dict[str, str]:
    if request.content_type != _FORM:
        return {}
    given = await request.post()
    return {name: value for name, value in given.items() if isinstance(value, str)}


def _html(text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def _sent_to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
