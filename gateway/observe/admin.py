"""The operators' port: `/healthz`, `/readyz`, `/metrics`. Callbacks never arrive here."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest


class Health(Protocol):
    """What the supervisor knows of its processes."""

    def stalled(self) -> list[str]:
        """Processes whose event loop does not turn; empty when all is well."""
        ...

    def unready(self) -> list[str]:
        """Why no callback can be accepted now; empty when ready."""
        ...

    def notices(self) -> list[str]:
        """What an operator should know though callbacks are accepted."""
        ...


def admin_app(health: Health, registry: Callable[[], CollectorRegistry]) -> web.Application:
    """The application of the admin port."""

    async def healthz(_: web.Request) -> web.Response:
        return _told(health.stalled(), [])

    async def readyz(_: web.Request) -> web.Response:
        return _told(health.unready(), health.notices())

    async def metrics(_: web.Request) -> web.Response:
        text = await asyncio.to_thread(lambda: generate_latest(registry()))
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.on_response_prepare.append(_name_server)
    app.add_routes(
        [
            web.get("/healthz", healthz),
            web.get("/readyz", readyz),
            web.get("/metrics", metrics),
        ]
    )
    return app


async def _name_server(_: web.BaseRequest, response: web.StreamResponse) -> None:
    """Of every answer, also below: which versions run here is nobody's business."""
    response.headers["Server"] = "callback-gateway"


async def listen(app: web.Application, sock: socket.socket) -> Callable[[], Awaitable[None]]:
    """Serve the admin port; returns what ends it."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    await web.SockSite(runner, sock).start()
    return runner.cleanup


def _told(problems: list[str], notices: list[str]) -> web.Response:
    told: dict[str, object] = {"status": "unavailable" if problems else "ok"}
    if problems:
        told["reasons"] = problems
    if notices:
        told["notices"] = notices
    return web.json_response(told, status=503 if problems else 200)
