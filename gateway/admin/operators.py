"""The admin port with the operators' page and API beside its health and metrics."""

from collections.abc import Callable, Sequence

from aiohttp import web

from gateway.admin.access import Gate
from gateway.admin.api import api_app
from gateway.admin.page.app import PREFIX, home, page_app
from gateway.admin.page.views import Health
from gateway.admin.ports import Desk
from gateway.admin.sessions import Sessions


def add_operators(
    app: web.Application,
    desk: Desk,
    health: Health,
    *,
    live: Callable[[], Sequence[bytes]],
    host: str,
) -> None:
    """`live`: the tokens of now; `host`: where the port listens. In a running event loop."""
    gate = Gate(live, host=host, sessions=Sessions())
    app.router.add_get("/", home)
    app.add_subapp("/api/v1", api_app(desk, gate))
    app.add_subapp(PREFIX, page_app(desk, gate, health))
