"""aiohttp's low-level server with our limits: no router, no access log, no decompression.

The pure-Python HTTP parser has a long list of request-smuggling advisories, so the gateway runs
only on the C parser (aiohttp >= 3.14.4).
"""

import asyncio
import logging
import re
import socket
import ssl
from collections.abc import Sequence
from functools import partial
from typing import Final

from aiohttp import HttpVersion10, StreamReader, http_parser, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_exceptions import BadHttpMessage, BadHttpMethod
from aiohttp.http_parser import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from gateway.core.errors import GatewayError, forget_frames
from gateway.intake.receiver import FOREIGN, Receiver
from gateway.intake.whole import source_of

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
_METHOD = re.compile(r"[^']*'[A-Z-]+ (/|https?://)")  # HTTP with a method llhttp has never heard of


class ParserError(GatewayError):
    """This aiohttp would parse HTTP in pure Python."""


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: "asyncio.Task[None]",
) -> web.BaseRequest:
    """A request whose target has no host, which decides nothing and can fail to decode."""
    if message.url.absolute:
        message = message._replace(url=message.url.relative())
    foreign = message.version not in ((1, 0), (1, 1))
    if foreign:  # the answer's status line would repeat it
        message = message._replace(version=HttpVersion10)
    request = web.BaseRequest(message, payload, protocol, writer, task, task.get_loop())
    if foreign:
        request[FOREIGN] = True
    return request


class _Protocol(RequestHandler):
    """One connection; errors of the HTTP parser become our problem documents."""

    __slots__ = ("is_between", "is_idle", "is_unmeasured", "refusals")
    refusals: "_Refusals"
    is_idle: bool
    """Every request has its answer, and another may follow."""
    is_between: bool
    """The parser is known to be between two requests."""
    is_unmeasured: bool
    """What was read last has a body of which nothing says where it ends."""

    def data_received(self, data: bytes) -> None:
        """As aiohttp does it; but whom no room is left for is told so from here, without a parser
        and a handler: else refusing would leave no time for anything else."""
        if self.is_idle and self.is_between and not self._close and self.refusals.take(self, data):
            self._next_keepalive_close_time = self._loop.time() + KEEPALIVE_SECONDS
            return
        if data:
            self.is_between = self.is_between and bool(source_of(data))
        self._feed(data)
        if self.is_idle and self._messages:
            self.is_idle = False
            self.refusals.receiver.line.expect()

    def connection_lost(self, exc: BaseException | None) -> None:
        """What nobody answers any more holds the connection, and that would hold it."""
        super().connection_lost(exc)
        self._messages.clear()

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        finished = await super().finish_response(request, resp, start_time)
        self.is_idle = not self._messages and bool(resp.keep_alive)
        return finished

    def _feed(self, data: bytes) -> None:
        """The parser takes a body without a length for another request, and then forgets the one
        that it belongs to."""
        super().data_received(data)
        if self._messages and not isinstance(self._messages[-1][0], RawRequestMessage):
            self.is_unmeasured = _is_unmeasured(data)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - aiohttp's signature
    ) -> web.StreamResponse:
        if request.writer.output_size:
            raise ConnectionError("the answer has begun: nothing can be said any more")
        forget_frames(exc)
        if self.is_unmeasured and _is_of_body(exc):
            status = 411
        elif isinstance(exc, BadHttpMethod) and _METHOD.match(exc.message):
            status = 405
        return self.refusals.receiver.malformed(request, status)


class _Refusals:
    """Answers to those who find no room, which all that come in a turn of the event loop get
    together: a sender that waits for one wakes up, which costs more than the answer."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self._answers: list[tuple[asyncio.Transport, bytes]] = []

    def take(self, connection: RequestHandler, data: bytes) -> bool:
        """Whether `data`, a whole callback, is refused, and nothing more to be done about it."""
        if not self.receiver.line.is_full:
            return False
        transport = connection.transport
        if transport is None or connection.writing_paused:  # who does not read gets no more
            return False
        hop = connection.peername
        answer = self.receiver.turned_away(data, str(hop[0]) if isinstance(hop, tuple) else "")
        if answer is None:
            return False
        if not self._answers:
            asyncio.get_running_loop().call_soon(self._send)
        self._answers.append((transport, answer))
        return True

    def _send(self) -> None:
        answers, self._answers = self._answers, []
        for transport, answer in answers:
            if not transport.is_closing():
                transport.write(answer)


def _is_of_body(error: BaseException | None) -> bool:
    """Whether the parser took a body for another request, or for what no request may be before."""
    if not isinstance(error, BadHttpMessage):
        return False
    return isinstance(error, BadHttpMethod) or error.message.startswith("Data after")


def _is_unmeasured(data: bytes) -> bool:
    head, _, body = data.partition(b"\r\n\r\n")
    head = head.lower()
    line = head.partition(b"\r\n")[0]
    is_post = line.startswith(b"post ") and line.endswith((b" http/1.0", b" http/1.1"))
    lengths = (b"\ncontent-length:", b"\ntransfer-encoding:")
    return is_post and bool(body) and not any(each in head for each in lengths)


class CallbackServer(web.Server):
    """The callback port of one process."""

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(receiver, request_factory=_request)
        self.receiver = receiver
        self._refusals = _Refusals(receiver)

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
        protocol.refusals = self._refusals
        protocol.is_idle, protocol.is_between, protocol.is_unmeasured = True, True, False
        return protocol

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


def client_certificate(request: web.BaseRequest) -> bytes:
    """The certificate (DER) that the connection's client has shown; empty where none was."""
    transport = request.transport
    connection = transport.get_extra_info("ssl_object") if transport is not None else None
    return (connection.getpeercert(binary_form=True) or b"") if connection is not None else b""
