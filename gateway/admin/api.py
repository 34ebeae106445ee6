"""`/api/v1`: HTTP → the desk → JSON. What blocks runs in a thread."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import orjson
from aiohttp import web

from gateway.admin.access import Gate, Handler
from gateway.admin.openapi import DOCUMENT
from gateway.admin.ports import Desk, RequestError
from gateway.admin.problems import guarded
from gateway.admin.queries import body, held_query, query, span, target
from gateway.admin.stream import Streams
from gateway.core.model import Document


class Api:
    """The handlers, over one desk."""

    def __init__(self, desk: Desk, streams: Streams) -> None:
        self._desk = desk
        self._streams = streams

    def routes(self) -> list[web.RouteDef]:
        """Every path; the OpenAPI document has the same."""
        desk = self._desk
        return [
            web.get("/openapi.json", self.openapi),
            web.get("/events", self.events),
            web.get("/events/stream", self._streams.stream, allow_head=False),
            web.get("/events/{id}", _shown(desk.event, desk.event_raw)),
            web.post("/events/{id}/replay", self.replay),
            web.get("/history", self.history),
            web.get("/quarantine", self.quarantine),
            web.get("/quarantine/{id}", _shown(desk.quarantined, desk.quarantined_raw)),
            web.post("/quarantine/{id}/retry", _done(desk.retry)),
            web.post("/quarantine/{id}/discard", _done(desk.discard)),
            web.get("/routes", _told(desk.routes)),
            web.post("/routes/{name}/rewind", self.rewind),
            web.post("/replays/{id}/cancel", _done(desk.cancel)),
            web.get("/sources", _told(desk.sources)),
        ]

    async def openapi(self, _: web.Request) -> web.Response:
        """The OpenAPI 3.1 document."""
        return _json(DOCUMENT)

    async def events(self, request: web.Request) -> web.Response:
        """A page of events."""
        return _json(await asyncio.to_thread(self._desk.events, query(request.query)))

    async def replay(self, request: web.Request) -> web.Response:
        """`{"route": NAME}`, or nothing for every route."""
        route = body(await request.read(), "route").get("route", "")
        if not isinstance(route, str):
            raise RequestError("route must be the name of a route")
        event_id = request.match_info["id"]
        return _json(await asyncio.to_thread(self._desk.replay, event_id, route))

    async def history(self, request: web.Request) -> web.Response:
        """How many events, by outcome, over a time."""
        wanted = span(request.query, datetime.now(UTC))
        return _json(await asyncio.to_thread(self._desk.history, wanted))

    async def quarantine(self, request: web.Request) -> web.Response:
        """A page of the callbacks in quarantine."""
        return _json(await asyncio.to_thread(self._desk.quarantine, held_query(request.query)))

    async def rewind(self, request: web.Request) -> web.Response:
        """`{"to": NUMBER|TIME|"start"}`."""
        to = target(body(await request.read(), "to").get("to"))
        name = request.match_info["name"]
        return _json(await asyncio.to_thread(self._desk.rewind, name, to))


def api_app(desk: Desk, gate: Gate) -> web.Application:
    """What stands below `/api/v1`; made in a running event loop."""
    streams = Streams(desk)
    app = web.Application(middlewares=[guarded(gate)])
    app.add_routes(Api(desk, streams).routes())
    app.on_shutdown.append(streams.end)
    return app


def _told(ask: Callable[[], Document]) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return _json(await asyncio.to_thread(ask))

    return handler


def _done(act: Callable[[str], Document]) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return _json(await asyncio.to_thread(act, request.match_info["id"]))

    return handler


def _shown(ask: Callable[[str], Document], raw: Callable[[str], bytes]) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        if "raw" not in request.query:
            return _json(await asyncio.to_thread(ask, wanted))
        return web.Response(
            body=await asyncio.to_thread(raw, wanted),
            content_type="application/octet-stream",
            headers={"Content-Disposition": "attachment; filename=callback.bin"},
        )

    return handler


def _json(told: Document) -> web.Response:
    return web.Response(body=orjson.dumps(told), content_type="application/json")
