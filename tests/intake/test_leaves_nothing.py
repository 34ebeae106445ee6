"""Whatever the answer, what a request took is free with it: nothing waits for the collector."""

from collections.abc import Callable, Sequence

import pytest

from gateway.core.errors import Busy, Reason
from gateway.core.model import Callback
from gateway.core.pipeline import Receipted, Source
from gateway.intake.body import Arriving, Limits
from gateway.intake.errors import RateLimited
from gateway.intake.line import Line
from gateway.intake.together import Process
from tests.cycles import kept_in_cycles
from tests.intake.port import Port, callback, chunked, name, open_port, post, request, until

OK = post(callback())
LIMITS = Limits(max_body=1000, timeout=0.1)
REQUESTS = [
    *(OK, OK * 40, post(b"canary"), post(b"<a>"), post(b"<!DOCTYPE a><a/>"), post(b"")),
    *(post(callback(), target=b"/x"), post(callback(), target=b"/callbacks/media/wrong")),
    *(request(), request(method=b"GET"), request(method=b"CANARY"), b"canary canary\r\n\r\n"),
    *(OK[:-1], OK[:40], post(b"x" * 2000), chunked(b"7d0\r\n", b"x" * 2000, b"\r\n0\r\n\r\n")),
    *(chunked(b"zz\r\n"), chunked(b"2\r\n{}\r\n0\r\n\r\n"), chunked(b"2\r\n{}\r\n")),
    *(post(callback(), b"Content-Encoding: gzip"), post(callback(), b"Expect: 100-continue")),
    *(post(callback(), b"Expect: canary"), post(callback(), b"Connection: close")),
    *(post(callback(), b"Connection: close") + OK * 3, b"canary canary\r\n\r\n" + OK * 3),
    *(OK.replace(b"1.1", b"2.0", 1), OK.replace(b"1.1", b"1.0", 1)),
    *(post(callback(), b"Content-Length: 3"), post(callback(), b"Transfer-Encoding: chunked")),
]


def limited(callbacks: Sequence[tuple[Callback, Source]]) -> list[Receipted | Exception]:
    return [RateLimited(3) for _ in callbacks]


def broken(_callbacks: Sequence[tuple[Callback, Source]]) -> list[Receipted | Exception]:
    raise RuntimeError("canary")


def busy(port: Port) -> None:
    port.journal.trouble = Busy(Reason.JOURNAL_FULL, "full")


def unobserved(port: Port) -> None:
    port.recorder.trouble = RuntimeError("canary")


def draining(port: Port) -> None:
    port.receiver.draining = True


def closing(port: Port) -> None:
    port.receiver.closing = True


async def answered(port: Port, data: bytes) -> None:
    """Everything that the port says to it has been read, or it has said nothing for too long."""
    wire = await port.dial(data)
    await wire.replies()
    wire.close()
    await until(lambda: not port.server.connections)


@pytest.mark.parametrize("data", REQUESTS, ids=name)
async def test_a_request_leaves_nothing(data: bytes) -> None:
    """Accepted, refused, or never ended."""
    with kept_in_cycles() as kept:
        async with open_port(limits=LIMITS) as port:
            await answered(port, data)
        del port
    assert kept == []


@pytest.mark.parametrize(
    "happens", [busy, unobserved, draining, closing], ids=lambda it: it.__name__
)
async def test_a_callback_that_comes_at_a_bad_time_leaves_nothing(
    happens: Callable[[Port], None],
) -> None:
    """Also several on one connection."""
    with kept_in_cycles() as kept:
        async with open_port(limits=LIMITS) as port:
            happens(port)
            await answered(port, OK)
            await answered(port, OK * 3)
        del port
    assert kept == []


@pytest.mark.parametrize("process", [limited, broken], ids=lambda it: it.__name__)
async def test_a_callback_that_is_not_processed_leaves_nothing(process: Process) -> None:
    """By a limit, or by a bug."""
    with kept_in_cycles() as kept:
        async with open_port(limits=LIMITS, process=process) as port:
            await answered(port, OK * 3)
        del port
    assert kept == []


async def test_a_callback_without_room_leaves_nothing() -> None:
    """In the line, or for its body."""
    with kept_in_cycles() as kept:
        async with open_port(limits=LIMITS, line=Line(burst=0, standing=0)) as port:
            await answered(port, OK)
            await answered(port, OK * 3)
        del port
        async with open_port(limits=LIMITS, arriving=Arriving(0)) as port:
            await answered(port, post(b"x" * 70_000)[:-1])
        del port
    assert kept == []
