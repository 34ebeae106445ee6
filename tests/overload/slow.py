"""Clients that never come to an end: heads that stop half way, bodies of a byte a second."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

_PACE_SECONDS: Final = 0.002
"""Between two new connections: a crowd, not a flood of SYNs."""
_HALF_A_HEAD: Final = b"POST /callbacks/media HTTP/1.1\r\nHost: gate"


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many there are, and how long they would stay."""

    half_open: int
    trickling: int
    seconds: float
    byte_every: float = 1.0


@dataclass(slots=True)
class Ends:
    """How the server ended them."""

    half_open: list[float] = field(default_factory=list)
    """Seconds from the dialling to the end, of those that were ended."""
    trickling: list[float] = field(default_factory=list)
    """Seconds from the head to the answer, of those that were answered."""
    statuses: Counter[int] = field(default_factory=Counter)
    """Of the bodies that came too slowly; 0 for no answer."""
    left: int = 0
    """Connections that the server had not ended in time."""


async def slow(port: int, path: str, crowd: Crowd) -> Ends:
    """Let the crowd come, and wait until the server has ended all, or for its `seconds`."""
    ends = Ends()
    kinds = [_half_open] * crowd.half_open + [_trickling] * crowd.trickling
    clients = []
    for kind in kinds:
        clients.append(asyncio.create_task(kind(port, path, crowd, ends)))
        await asyncio.sleep(_PACE_SECONDS)
    await asyncio.gather(*clients)
    return ends


async def _half_open(port: int, _path: str, crowd: Crowd, ends: Ends) -> None:
    begun = monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(_HALF_A_HEAD)
        async with asyncio.timeout(crowd.seconds):
            await _rest(reader)
        ends.half_open.append(monotonic() - begun)
    except TimeoutError:
        ends.left += 1
    finally:
        writer.transport.abort()


async def _trickling(port: int, path: str, crowd: Crowd, ends: Ends) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: gateway\r\nContent-Length: 100000\r\n\r\n"
    begun = monotonic()
    answer = asyncio.create_task(_some(reader))
    try:
        writer.write(head.encode())
        while not answer.done() and monotonic() - begun < crowd.seconds:
            writer.write(b"x")
            await asyncio.wait({answer}, timeout=crowd.byte_every)
        async with asyncio.timeout(0):  # it is there, or it has not come in time
            await answer
        ends.trickling.append(monotonic() - begun)
        ends.statuses[int(answer.result()[9:12] or b"0")] += 1
        async with asyncio.timeout(crowd.seconds):
            await _rest(reader)
    except TimeoutError:
        ends.left += 1
    finally:
        answer.cancel()
        writer.transport.abort()


async def _some(reader: asyncio.StreamReader) -> bytes:
    """The beginning of what comes; empty where nothing does."""
    try:
        return await reader.read(1 << 16)
    except ConnectionError:
        return b""


async def _rest(reader: asyncio.StreamReader) -> bytes:
    """All until the server ends the connection; empty where it does so with a reset."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""
