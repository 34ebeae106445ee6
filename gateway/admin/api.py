"""`/api/v1`: HTTP → the desk → JSON. What blocks runs in a thread."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import orjson
from aiohttp import web

from gateway.admin.access import Handler, guarded
from gateway.admin.openapi import DOCUMENT
from gateway.admin.ports import Desk, Query, RequestError
from gateway.core.errors import GatewayError, Reason
from gateway.core.model import Document

_POLL_SECONDS: Final = 0.5
_KEEP_ALIVE_POLLS: Final = 30
_STREAMS: Final = 16
_MATCHED: Final = ("source", "type", "tag", "outcome", "subject")


class TooManyStreamsError(GatewayError):
    """Each stream costs a look at the journal twice a second."""

    status = 503
    reason = Reason.OVERLOADED


class Api:
    """The handlers, over one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ending = asyncio.Event()
        self._streams = 0

    def routes(self) -> list[web.RouteDef]:
        """Every path; the OpenAPI document has the same."""
        desk = self._desk
        return [
            web.get("/openapi.json", self.openapi),
            web.get("/events", self.events),
            web.get("/events/stream", self.stream),
            web.get("/events/{id}", _shown(desk.event, desk.event_raw)),
            web.get("/quarantine", self.quarantine),
            web.get("/quarantine/{id}", _shown(desk.quarantined, desk.quarantined_raw)),
            web.post("/quarantine/{id}/retry", _done(desk.retry)),
            web.post("/quarantine/{id}/discard", _done(desk.discard)),
            web.get("/routes", _told(desk.routes)),
            web.post("/routes/{name}/rewind", self.rewind),
            web.get("/sources", _told(desk.sources)),
        ]

    async def openapi(self, _: web.Request) -> web.Response:
        """The OpenAPI 3.1 document."""
        return _json(DOCUMENT)

    async def events(self, request: web.Request) -> web.Response:
        """A page of events."""
        return _json(await asyncio.to_thread(self._desk.events, _query(request)))

    async def quarantine(self, request: web.Request) -> web.Response:
        """The newest callbacks in quarantine."""
        source, reason = (request.query.get(name, "") for name in ("source", "reason"))
        limit = _number(request, "limit", most=500) or 50
        told = await asyncio.to_thread(self._desk.quarantine, source, reason, limit=limit)
        return _json(told)

    async def rewind(self, request: web.Request) -> web.Response:
        """`{"to": NUMBER|TIME|"start"}`."""
        try:
            body = orjson.loads(await request.read())
        except orjson.JSONDecodeError as error:
            raise RequestError("the body is not JSON") from error
        to = body.get("to") if isinstance(body, dict) else None
        if isinstance(to, bool) or not isinstance(to, int | str):
            raise RequestError("to must be a number, a time or start")
        target = str(to)
        if target != "start" and not _is_number(target):
            target = _time(target)
        name = request.match_info["name"]
        return _json(await asyncio.to_thread(self._desk.rewind, name, target))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events; `Last-Event-ID` goes on where another stream ended."""
        if self._streams >= _STREAMS:
            raise TooManyStreamsError("too many streams are open")
        last = request.headers.get("Last-Event-ID", "")
        number = int(last) if _is_number(last) else None
        self._streams += 1
        try:
            return await self._follow(request, number)
        finally:
            self._streams -= 1

    async def end(self, _: web.Application) -> None:
        """Streams would hold up the gateway's end."""
        self._ending.set()

    async def _follow(self, request: web.Request, number: int | None) -> web.StreamResponse:
        number, events = await asyncio.to_thread(self._desk.after, number)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        await response.write(b": following\n\n")
        polls = 0
        while not self._ending.is_set():
            polls = 0 if events else polls + 1
            for event in events:
                await response.write(b"id: %d\ndata: %s\n\n" % (event["number"], _dumped(event)))
            if polls and polls % _KEEP_ALIVE_POLLS == 0:
                await response.write(b": still here\n\n")
            if not events:
                await self._pause()
            try:
                number, events = await asyncio.to_thread(self._desk.after, number)
            except GatewayError:
                break  # the client comes again, with the number of its last event
        return response

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await self._ending.wait()
        except TimeoutError:
            return


def api_app(desk: Desk) -> web.Application:
    """What stands below `/api/v1`; made in a running event loop."""
    api = Api(desk)
    app = web.Application(middlewares=[guarded])
    app.add_routes(api.routes())
    app.on_shutdown.append(api.end)
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


def _query(request: web.Request) -> Query:
    given = request.query
    return Query(
        limit=_number(request, "limit", most=500) or 50,
        before=_number(request, "before", most=1 << 62),
        since=_time(given["since"]) if "since" in given else "",
        until=_time(given["until"]) if "until" in given else "9",
        match={name: tuple(given.getall(name)) for name in _MATCHED if name in given},
        text=given.get("text", ""),
    )


def _number(request: web.Request, name: str, *, most: int) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    if not _is_number(text) or not 1 <= int(text) <= most:
        raise RequestError(f"{name} must be a number from 1 to {most}")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _time(text: str) -> str:
    """As the journal writes times."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise RequestError("a time is written as 2026-01-31T08:00:00Z") from error
    if moment.tzinfo is None:
        raise RequestError("a time needs its zone: Z or +08:00")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def _json(told: Document) -> web.Response:
    return web.Response(body=_dumped(told), content_type="application/json")


def _dumped(told: Document) -> bytes:
    return orjson.dumps(told)
