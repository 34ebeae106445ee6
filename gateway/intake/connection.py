"""One connection: bytes → requests, each answered before the next; aiohttp's protocol with our
limits.

A plain request that has come whole, as nearly all do, is answered here: neither aiohttp's parser,
nor a task, a response or a deadline for the body is needed, which take longer than all else that
HTTP costs; where there is no room, refusing would leave no time for anything else. Everything else
is aiohttp's.
"""

import asyncio
import logging
import re

from aiohttp import HttpVersion10, StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_exceptions import BadHttpMessage, BadHttpMethod
from aiohttp.http_parser import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from gateway.core.errors import forget_frames
from gateway.intake.answer import Answer, said
from gateway.intake.receiver import FOREIGN
from gateway.intake.refusals import Refusals
from gateway.intake.whole import head_of

_METHOD = re.compile(r"[^']*'[A-Z-]+ (/|https?://)")  # HTTP with a method llhttp has never heard of


def request(
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
    made = web.BaseRequest(message, payload, protocol, writer, task, protocol._loop)  # noqa: SLF001
    if foreign:
        made[FOREIGN] = True
    return made


class Connection(RequestHandler):
    """Its errors of the HTTP parser become our problem documents."""

    __slots__ = (
        *("is_answering", "is_between", "is_idle", "is_last", "is_unmeasured", "later", "newest"),
        "refusals",
    )

    def __init__(
        self,
        manager: web.Server,
        refusals: Refusals,
        *,
        keepalive_timeout: float,
        lingering_time: float,
        logger: logging.Logger,
    ) -> None:
        super().__init__(
            manager,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=keepalive_timeout,
            lingering_time=lingering_time,
            auto_decompress=False,
            access_log=logger,
            logger=logger,
        )
        self.refusals = refusals
        self.is_answering = False
        """A request is answered here, and aiohttp's task sleeps."""
        self.is_idle = True
        """Every request has its answer, and another may follow."""
        self.is_between = True
        """The parser is known to be between two requests."""
        self.is_last = False
        """The sender sends no more, and waits for the answers that it has not got yet."""
        self.is_unmeasured = False
        """What was read last has a body of which nothing says where it ends."""
        self.later = b""
        """What has come while a request is answered here."""
        self.newest: StreamReader | None = None
        """The body of the newest request, while aiohttp's task has it."""

    def data_received(self, data: bytes) -> None:
        if self.is_answering:
            self._put_off(data)
            return
        ends = self._close or self._force_close
        is_plain = self.is_idle and self.is_between and not ends
        if is_plain and self.refusals.take(self, data):
            self._stay()
            return
        if is_plain and self._take(data):
            return
        if data:  # behind what aiohttp answers; where it is whole, the parser is between two again
            self.is_between = self.is_between and head_of(data) is not None
        self._feed(data)
        self._expect()

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio's, which aiohttp narrows
        """Whether the connection stays: who has closed its own side may still wait for answers.

        A TLS connection has no half that could stay, and a body that will never be whole no answer.
        """
        if self.transport is None or self.transport.get_extra_info("ssl_object") is not None:
            return False
        if self.refusals.owe(self):
            self._loop.call_soon(self.force_close)  # after they are sent
            return True
        whole = self.newest is not None and self.newest.is_eof()
        self.is_last = self.is_answering or (whole and not self.is_idle)
        return self.is_last

    def connection_lost(self, exc: BaseException | None) -> None:
        """What nobody answers any more holds the connection, and that would hold it."""
        super().connection_lost(exc)
        self._messages.clear()
        self.later, self.newest = b"", None

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        finished = await super().finish_response(request, resp, start_time)
        self.is_idle = not self._messages and bool(resp.keep_alive)
        if not self._messages:
            self.newest = None
            if self.is_last:
                self.close()
        return finished

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

    def _take(self, data: bytes) -> bool:
        """Whether `data` is one whole callback, and taken; who does not read has to wait."""
        if self.writing_paused or self.refusals.owe(self):
            return False
        head = head_of(data)
        if head is None:
            return False
        assert self._manager is not None
        self._manager.requests_count += 1
        self.is_idle, self.is_answering = False, True
        self.refusals.receiver.take(head, data[head.size :], self, self._say)
        return True

    def _say(self, answer: Answer) -> None:
        """Whoever is gone hears nothing."""
        self.is_answering = False
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        transport.write(said(answer))
        if answer.close or self.is_last:
            self.force_close()
            return
        if transport.is_closing():  # the sender was gone: what else it has sent ends with it
            return
        self._stay()
        self.is_idle = True
        if self.later:
            data, self.later = self.later, b""
            self._resume_reading_for_buffer()
            self.data_received(data)

    def _stay(self) -> None:
        self._next_keepalive_close_time = self._loop.time() + self.keepalive_timeout

    def _put_off(self, data: bytes) -> None:
        """What comes before the answer waits for it: a piece here, all else in the socket."""
        if data:
            self.later += data
            self._pause_reading_for_buffer()

    def _process_keepalive(self) -> None:
        """aiohttp's task sleeps also while a request is answered here."""
        if self.is_answering:
            self._stay()
        super()._process_keepalive()

    def _expect(self) -> None:
        if self.is_idle and self._messages:
            self.is_idle = False
            self.refusals.receiver.line.expect()

    def _feed(self, data: bytes) -> None:
        """The parser takes a body without a length for another request, and then forgets the one
        that it belongs to."""
        super().data_received(data)
        if self._messages:
            message, self.newest = self._messages[-1]
            if not isinstance(message, RawRequestMessage):
                self.is_unmeasured = _is_unmeasured(data)


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
