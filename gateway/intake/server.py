"""aiohttp's low-level server with our limits: no router, no access log, no decompression.

The pure-Python HTTP parser has a long list of request-smuggling advisories, so the gateway runs
only on the C parser (aiohttp >= 3.14.4).
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Sequence
from functools import partial
from typing import Final

from aiohttp import http_parser, web
from aiohttp.web_protocol import RequestHandler

from gateway.core.errors import GatewayError
from gateway.intake.connection import Connection, request
from gateway.intake.receiver import Receiver
from gateway.intake.refusals import Refusals

KEEPALIVE_SECONDS: Final = 15
"""Also the deadline of the request head: aiohttp closes idle connections by this clock only."""
_LINGERING_SECONDS = 2.0
_LOOK_SECONDS = 0.02
_TURNS = 3
_ACCEPTED_AT_ONCE = 16
_silent = logging.getLogger("gateway.http")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False
_silent.setLevel(logging.CRITICAL + 1)  # also turns the access log off: it doubles HTTP's price


class ParserError(GatewayError):
    """This aiohttp would parse HTTP in pure Python."""


class CallbackServer(web.Server):
    """The callback port of one process."""

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(receiver, request_factory=request)
        self.receiver = receiver
        self._refusals = Refusals(receiver)

    def __call__(self) -> RequestHandler:
        return Connection(
            self,
            self._refusals,
            keepalive_timeout=KEEPALIVE_SECONDS,
            lingering_time=_LINGERING_SECONDS,
            logger=_silent,
        )

    async def finish(self, seconds: float) -> None:
        """After the port is closed: end idle connections, let requests in flight have their answer.

        aiohttp's own shutdown would stop reading, and a body on its way would never arrive.
        """
        self.receiver.closing = True
        for _ in range(_TURNS):  # what was sent before is read, and its request begun
            await asyncio.sleep(_LOOK_SECONDS)
        for connection in self.connections:
            if connection not in self.receiver.busy:
                connection.force_close()  # close() would leave the transport open
        deadline = asyncio.get_running_loop().time() + seconds
        # aiohttp tells nobody when a connection has ended
        while self.connections and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)
        await self.shutdown(_LOOK_SECONDS)


def assert_c_parser() -> None:
    """Raise `ParserError` unless aiohttp's C extension parses the requests."""
    module = http_parser.HttpRequestParser.__module__
    if module != "aiohttp._http_parser":
        raise ParserError(f"aiohttp parses HTTP with {module}; install its C extension")


class Listening:
    """A port that takes connections until it is closed."""

    def __init__(self, servers: Sequence[asyncio.AbstractServer]) -> None:
        self._servers = servers

    def close(self) -> None:
        """Take no more; those that are there stay."""
        for server in self._servers:
            server.close()


async def listen(
    server: CallbackServer, sock: socket.socket, tls: ssl.SSLContext | None = None
) -> Listening:
    """Accept connections on `sock`, which is bound already; with `tls` they begin with that.

    libuv accepts one connection for each descriptor and turn of the loop. A turn of a busy receiver
    takes 10 ms and more: the last of 1,000 senders would be heard after 10 s. So the socket is
    listened on by several.
    """
    assert_c_parser()
    copies = [sock.dup() for _ in range(_ACCEPTED_AT_ONCE - 1)]
    create = partial(
        asyncio.get_running_loop().create_server,
        server,
        backlog=1024,
        ssl=tls,
        ssl_handshake_timeout=KEEPALIVE_SECONDS if tls else None,
    )
    return Listening([await create(sock=each) for each in (sock, *copies)])


def client_certificate(connection: RequestHandler) -> bytes:
    """The certificate (DER) that the connection's client has shown; empty where none was."""
    transport = connection.transport
    tls = transport.get_extra_info("ssl_object") if transport is not None else None
    return (tls.getpeercert(binary_form=True) or b"") if tls is not None else b""
