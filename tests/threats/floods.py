"""Too much of one kind, sent to a running gateway → what it cost the receiver, and others.

Each flood says how many of its requests were not answered as they had to be.
"""

import asyncio
import gzip
import zlib
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final

from tests.bench.load import cpu_seconds
from tests.e2e.gateway import Gateway, resident_mib
from tests.intake.port import Reply, Wire, post, request

BOMBS: Final = {
    b"gzip": gzip.compress(bytes(1 << 20)),
    b"deflate": zlib.compress(bytes(1 << 20)),
    b"gzip, gzip": gzip.compress(gzip.compress(bytes(1 << 20))),
    b"x-gzip": gzip.compress(bytes(1 << 19)) * 2,
    b"br": b"\x1b\xff\xff\x7f" + bytes(1000),
    b"zstd": b"\x28\xb5\x2f\xfd" + bytes(1000),
}
"""Content encoding → a small body that would be large, of several members too."""
_SENDERS: Final = 4
_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one flood."""

    missing: int
    """Requests that were not answered as they had to be."""
    cpu: float
    """Seconds of the receiver."""
    mib: float
    """By which the receiver grew."""
    log: int
    """Bytes that were logged."""
    series: int
    """By how many the series of the metrics grew."""
    slowest: float
    """Seconds; of the health of the callback port, asked all the time from another connection."""


async def pipelined(gateway: Gateway, count: int) -> int:
    """So many requests at once on one connection."""
    one = request(gateway.path.encode(), method=b"GET")
    return count - await _answers(gateway, one * count, count, b"405")


async def tiny_chunks(gateway: Gateway, count: int) -> int:
    """One body of so many bytes, in chunks of one."""
    lines = b"1\r\nx\r\n" * count + b"0\r\n\r\n"
    head = request(gateway.path.encode(), headers=(b"Host: gateway", b"Transfer-Encoding: chunked"))
    reply = await _asked(gateway, head + lines)
    return int(reply.status != 200)


async def resets(gateway: Gateway, count: int) -> int:
    """So many connections that vanish in the middle of a head."""
    for _ in range(count):
        with suppress(ConnectionError):
            _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            wire = Wire(_, writer)
            await wire.send(b"POST " + gateway.path.encode() + b" HTT")
            wire.reset()
    return 0


async def unknown_paths(gateway: Gateway, count: int) -> int:
    """So many requests, each with a path, a source and a token that nobody has heard of."""

    async def send(first: int) -> int:
        paths = (b"/callbacks/s%d/t%d" % (n, n) if n % 2 else b"/p%d" % n
                 for n in range(first, count, _SENDERS))  # fmt: skip
        data = b"".join(post(b"{}", target=path) for path in paths)
        return await _answers(gateway, data, len(range(first, count, _SENDERS)), b"404")

    return count - sum(await asyncio.gather(*map(send, range(_SENDERS))))


async def bombs(gateway: Gateway, count: int) -> int:
    """So many small bodies that would be large, in turn of each encoding."""
    missing = 0
    for number in range(count):
        coding, body = list(BOMBS.items())[number % len(BOMBS)]
        data = post(body, b"Content-Encoding: " + coding, target=gateway.path.encode())
        missing += (await _asked(gateway, data)).status != 415
    return missing


async def cost(gateway: Gateway, flood: Awaitable[int]) -> Cost:
    """What a flood cost, while others were served."""
    pid = gateway.child("receiver")
    series, log = len(gateway.metrics()), gateway.log.stat().st_size
    cpu, mib = cpu_seconds(pid), resident_mib(pid)
    flooding = asyncio.ensure_future(flood)
    slowest = 0.0
    while not flooding.done():
        begun = monotonic()
        await _asked(gateway, post(b"{}", target=b"/nobody"))
        slowest = max(slowest, monotonic() - begun)
        await asyncio.wait({flooding}, timeout=0.05)
    cpu = cpu_seconds(pid) - cpu
    mib = resident_mib(pid) - mib
    await asyncio.sleep(0.2)  # the log is written a little later
    return Cost(
        missing=await flooding,
        cpu=cpu,
        mib=mib,
        log=gateway.log.stat().st_size - log,
        series=len(gateway.metrics()) - series,
        slowest=slowest,
    )


async def _answers(gateway: Gateway, data: bytes, count: int, status: bytes) -> int:
    """How many answers of that status so many requests on one connection have."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(data)
    line = b"HTTP/1.1 " + status
    answers, kept = 0, b""
    async with asyncio.timeout(_SECONDS):
        while answers < count and (chunk := await reader.read(1 << 16)):
            answers += (kept + chunk).count(line)
            kept = (kept + chunk)[1 - len(line) :]
    writer.transport.abort()
    return answers


async def _asked(gateway: Gateway, data: bytes) -> Reply:
    wire = Wire(*await asyncio.open_connection("127.0.0.1", gateway.port))
    try:
        async with asyncio.timeout(_SECONDS):
            await wire.send(data)
            return await wire.reply()
    finally:
        wire.close()
