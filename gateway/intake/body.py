"""The body of a request, whole and within its bounds.

Length and encoding are judged before a byte is read. A body that came with its headers costs
nothing more; one that trickles in has a deadline, since aiohttp has none, and a share of a budget.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

from gateway.core.errors import Busy, Reason, forget_frames
from gateway.intake.errors import RequestError

MOST_ARRIVING: Final = 64 << 20
"""Bytes."""
FREE: Final = 64 << 10
"""Bytes of each body that are not counted: whoever takes the rest takes nothing from most."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a body may cost."""

    max_body: int
    """Bytes."""
    timeout: float
    """Seconds from the headers to the last byte."""


class Arriving:
    """Bodies that have come in part; all of them together are bounded, however many there are."""

    def __init__(self, most: int = MOST_ARRIVING) -> None:
        self._room = most

    def take(self, size: int) -> None:
        """So many bytes more, or `Busy`."""
        if size > self._room:
            raise Busy(Reason.OVERLOADED, "too many bytes of bodies are arriving")
        self._room -= size

    def give(self, size: int) -> None:
        """So many are not held any more."""
        self._room += size


async def read_body(request: web.BaseRequest, limits: Limits, arriving: Arriving) -> bytes:
    """The exact bytes of the body, or `RequestError` (408, 411, 413, 415, 417, 400) or `Busy`."""
    _judge_headers(request, limits.max_body)
    content = request.content
    deadline: asyncio.Timeout | None = None
    try:
        if content.is_eof():
            body = content.read_nowait()
        elif request.transport is None:  # aiohttp would raise a RuntimeError
            raise RequestError(400, Reason.DISCONNECTED, close=True)
        else:
            deadline = asyncio.timeout(limits.timeout)
            async with deadline:
                await _continue(request)
                body = await _collect(content, limits.max_body, arriving)
    except (HttpProcessingError, web.RequestPayloadError) as error:
        forget_frames(error)
        raise RequestError(400, Reason.MALFORMED_REQUEST, close=True) from error
    except OSError as error:  # a TimeoutError is one too, ours and the network's
        forget_frames(error)
        if deadline is not None and deadline.expired():
            raise RequestError(408, Reason.BODY_TIMEOUT, close=True) from error
        raise RequestError(400, Reason.DISCONNECTED, close=True) from error
    if len(body) > limits.max_body:
        raise RequestError(413, Reason.BODY_TOO_LARGE, close=True)
    return body


def _judge_headers(request: web.BaseRequest, max_body: int) -> None:
    headers = request.headers
    length, coding = headers.get("Content-Length"), headers.get("Transfer-Encoding")
    if length is None and coding is None:
        raise RequestError(411, Reason.LENGTH_REQUIRED, close=True)
    if coding is not None and coding.lower() != "chunked":  # aiohttp would leave the others coded
        raise RequestError(400, Reason.MALFORMED_REQUEST, close=True)
    if length is not None and int(length.lstrip("0") or "0") > max_body:
        raise RequestError(413, Reason.BODY_TOO_LARGE, close=True)
    if "Content-Encoding" in headers and any(
        coding.strip().lower() not in ("", "identity")
        for value in headers.getall("Content-Encoding")
        for coding in value.split(",")
    ):
        raise RequestError(415, Reason.CONTENT_ENCODING, close=True)
    if "Expect" in headers and headers["Expect"].lower() != "100-continue":
        raise RequestError(417, Reason.EXPECTATION_FAILED, close=True)


async def _continue(request: web.BaseRequest) -> None:
    if "Expect" in request.headers and request.version >= (1, 1):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0


async def _collect(content: StreamReader, max_body: int, arriving: Arriving) -> bytes:
    chunks = bytearray()
    held = 0
    try:
        async for chunk in content.iter_any():
            chunks += chunk
            if len(chunks) > max_body:
                raise RequestError(413, Reason.BODY_TOO_LARGE, close=True)
            more = max(0, len(chunks) - FREE) - held
            arriving.take(more)
            held += more
        return bytes(chunks)
    finally:
        arriving.give(held)
