"""aiohttp's low-level server with our limits: no router, no access log, no decompression.

The pure-Python HTTP parser has a long list of request-smuggling advisories, so the gateway runs
only on the C parser (aiohttp >= 3.14.4).
"""

import asyncio
import logging
import socket
from typing import Final

from aiohttp import http_parser, web
from aiohttp.web_protocol import RequestHandler

from gateway.core.errors import GatewayError
from gateway.intake.receiver import Receiver

KEEPALIVE_SECONDS: Final = 15
"""Also the deadline of the request head: aiohttp closes idle connections by this clock only."""
_LINGERING_SECONDS = 2.0
_silent = logging.getLogger("gateway.http")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False
_silent.setLevel(logging.CRITICAL + 1)  # also turns the access log off: it doubles HTTP's price


class ParserError(GatewayError):
    """This aiohttp would parse HTTP in pure Python."""


class _Protocol(RequestHandler):
    """One connection; errors of the HTTP parser become our problem documents."""

    __slots__ = ("receiver",)
    receiver: Receiver

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,  # noqa: ARG002 - aiohttp's signature
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        if request.writer.output_size:
            raise ConnectionError("the answer has begun: nothing can be said any more")
        return self.receiver.malformed(request, status)


class CallbackServer(web.Server):
    """The callback port of one process."""

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(receiver)
        self.receiver = receiver

    def __call__(self) -> RequestHandler:
        protocol = _Protocol(
            self,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=KEEPALIVE_SECONDS,
            lingering_time=_LINGERING_SECONDS,
            auto_decompress=False,
            access_log=_silent,
            logger=_silent,
        )
        protocol.receiver = self.receiver
        return protocol


def assert_c_parser() -> None:
    """Raise `ParserError` unless aiohttp's C extension parses the requests."""
    module = http_parser.HttpRequestParser.__module__
    if module != "aiohttp._http_parser":
        raise ParserError(f"aiohttp parses HTTP with {module}; install its C extension")


async def listen(server: CallbackServer, sock: socket.socket) -> asyncio.Server:
    """Accept connections on `sock`, which is bound already."""
    assert_c_parser()
    return await asyncio.get_running_loop().create_server(server, sock=sock, backlog=1024)
