"""What is new in the journal → server-sent events, until the client or the gateway ends.

Each stream looks into the journal twice a second, and sooner while there is more. It holds at most
a hundred events: a client that does not read is waited for.
"""

import asyncio
from contextlib import suppress
from typing import Final

import orjson
from aiohttp import web

from gateway.admin.access import HEADERS
from gateway.admin.ports import Desk, Query
from gateway.admin.queries import HIGHEST, is_number, number, query
from gateway.core.errors import GatewayError, Reason

_POLL_SECONDS: Final = 0.5
_KEEP_ALIVE_POLLS: Final = 30
_STREAMS: Final = 16


class TooManyStreamsError(GatewayError):
    """Each stream costs a look at the journal twice a second."""

    status = 503
    reason = Reason.OVERLOADED


class Streams:
    """All that are open."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ending = asyncio.Event()
        self._open = 0

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """`Last-Event-ID`, or at first `after`, goes on behind that number."""
        wanted, after = query(request.query), number(request.query, "after", most=HIGHEST)
        last = request.headers.get("Last-Event-ID", "")
        if self._open >= _STREAMS:
            raise TooManyStreamsError("too many streams are open")
        self._open += 1
        try:
            return await self._follow(request, int(last) if is_number(last) else after, wanted)
        finally:
            self._open -= 1

    async def end(self, _: web.Application) -> None:
        """Streams would hold up the gateway's end."""
        self._ending.set()

    async def _follow(
        self, request: web.Request, after: int | None, wanted: Query
    ) -> web.StreamResponse:
        seen, events = await asyncio.to_thread(self._desk.after, after, wanted)
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        with suppress(ConnectionError, GatewayError):  # the client comes again, with its last id
            await response.write(b": following\n\n")
            idle = 0
            while self._goes_on(request):
                for event in events:
                    data = orjson.dumps(event)
                    await response.write(b"id: %d\ndata: %s\n\n" % (event["number"], data))
                idle = 0 if events else idle + 1
                if idle and idle % _KEEP_ALIVE_POLLS == 0:
                    await response.write(b": still here\n\n")
                if seen == after:
                    await self._pause()
                after = seen
                seen, events = await asyncio.to_thread(self._desk.after, after, wanted)
        return response

    def _goes_on(self, request: web.Request) -> bool:
        transport = request.transport
        return not self._ending.is_set() and transport is not None and not transport.is_closing()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await self._ending.wait()
        except TimeoutError:
            return
