"""Connections: many requests in a row, senders that leave, hang or never stop, and the count.

The law: what the server began to handle is what the observer was told, one result each.
"""

import asyncio
import errno
import random

import pytest
from aiohttp import http_parser
from aiohttp.web_protocol import RequestHandler

from gateway.intake import server
from gateway.intake.body import Limits
from gateway.intake.connection import Connection
from gateway.intake.server import assert_c_parser
from tests.cycles import kept_in_cycles
from tests.intake.port import (
    PATH,
    Port,
    Seen,
    callback,
    chunked,
    name,
    open_port,
    post,
    request,
    turns,
    until,
)

OK = post(callback())
DISCONNECTED = Seen("media", "refused", "disconnected", 400)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The messages of every logger that a sender's behaviour must not cause."""
    return [record.getMessage() for record in caplog.records if record.levelno >= 30]


async def the_connection(port: Port) -> RequestHandler:
    """The server's side of the only connection."""
    await until(lambda: port.server.connections)
    (connection,) = port.server.connections
    return connection


def test_only_the_c_parser_reads_requests() -> None:
    """The pure-Python parser is never what runs here."""
    assert http_parser.HttpRequestParser.__module__ == "aiohttp._http_parser"
    assert_c_parser()


@pytest.mark.parametrize("count", [2, 31, 32, 33, 100])
async def test_pipelined_callbacks_are_answered_in_order(port: Port, count: int) -> None:
    """Also beyond what the server queues."""
    wire = await port.dial(b"".join(post(callback(number)) for number in range(count)))
    ids = [(await wire.reply()).document["events"] for _ in range(count)]
    assert ids == [[event.id for event in entry.events] for entry in port.journal.entries]
    assert [entry.body for entry in port.journal.entries] == [callback(n) for n in range(count)]
    assert port.statuses == [200] * count


async def test_pipelined_requests_of_all_kinds_are_answered_in_order(port: Port) -> None:
    """Refusals whose body was read, or has none, end no connection."""
    get = request(method=b"GET")
    strange, wrong = (post(callback(), target=t) for t in (b"/x", b"/callbacks/media/x"))
    quarantined = post(b"canary")
    wire = await port.dial(strange + get + OK + wrong + quarantined + OK + get)
    statuses = [(await wire.reply()).status for _ in range(7)]
    assert statuses == [404, 405, 200, 401, 200, 200, 405]
    assert port.statuses == statuses


async def test_a_refused_secret_does_not_end_the_connection(port: Port) -> None:
    """401 after a whole body: the sender may go on."""
    wire = await port.dial(post(callback(), target=b"/callbacks/media/x"))
    reply = await wire.reply()
    assert (reply.status, reply.closes) == (401, False)
    await wire.send(OK)
    assert (await wire.reply()).status == 200


async def test_a_sender_that_wants_to_close_is_closed(port: Port) -> None:
    """`Connection: close` is heard and said."""
    wire = await port.dial(post(callback(), b"Connection: close"))
    assert (await wire.reply()).closes
    assert await wire.rest() == b""


@pytest.mark.parametrize(
    "pieces",
    [
        [OK],
        [OK[:40], OK[40:]],
        [OK + OK],
        [OK, OK[:40], OK[40:] + OK],
        [chunked(b"%x\r\n%b\r\n0\r\n\r\n" % (len(callback()), callback()))],
        [request(method=b"GET")],
        [post(callback(), target=b"/callbacks/media/x")],
        [b"no HTTP\r\n\r\n"],
    ],
    ids=["whole", "in two", "two", "three", "chunked", "GET", "refused", "malformed"],
)
@pytest.mark.parametrize("is_slow", [False, True], ids=["", "slow"])
async def test_who_closes_its_own_side_still_gets_its_answers(
    port: Port, pieces: list[bytes], *, is_slow: bool
) -> None:
    """As `nc -N` does; then the connection ends."""
    wire = await port.dial(pieces[0])
    for piece in pieces[1:]:
        await turns(5)
        await wire.send(piece)
    if is_slow:
        port.journal.disk.clear()
    wire.half_close()
    await turns(20)
    port.journal.disk.set()
    count = max(b"".join(pieces).count(b" HTTP/1.1\r\n"), 1)
    statuses = [(await wire.reply()).status for _ in range(count)]
    assert await wire.rest() == b""
    assert port.statuses == statuses
    await until(lambda: not port.server.connections)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (request(headers=(b"Host: x", b"Content-Length: 9999999")), 413),
        (request(headers=(b"Host: x",)), 411),
        (post(callback(), b"Content-Encoding: gzip"), 415),
        (post(callback(), b"Expect: canary"), 417),
        (post(b"x" * 1_048_577), 413),
    ],
    ids=name,
)
async def test_an_answer_that_closes_says_so_and_is_the_last(
    port: Port, data: bytes, status: int
) -> None:
    """`Connection: close`; a request behind it is not taken."""
    wire = await port.dial(data)
    reply = await wire.reply()
    assert (reply.status, reply.closes) == (status, True)
    await wire.send(OK)
    assert await wire.rest() == b""
    assert port.statuses == [status]


@pytest.mark.parametrize(
    ("target", "status"), [(PATH, 413), (b"/callbacks/other", 404), (b"/x", 404)], ids=name
)
async def test_a_sender_that_never_stops_still_gets_its_answer(
    port: Port, target: bytes, status: int
) -> None:
    """The refusal arrives before the connection is reset, however much is sent after it."""
    wire = await port.dial(request(target, headers=(b"Host: x", b"Content-Length: 10000000000")))
    for _ in range(300):
        await wire.send(b"x" * 65536)
    assert (await wire.reply()).status == status
    assert port.statuses == [status]


@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket"])
async def test_an_upgrade_is_not_taken_and_loses_nothing(port: Port, upgrade: bytes) -> None:
    """The callback is answered in HTTP/1.1, and so is the next one, or the connection ends."""
    wire = await port.dial(post(callback(), b"Connection: upgrade", b"Upgrade: " + upgrade) + OK)
    first = await wire.reply()
    assert first.status == 200
    if not first.closes:
        assert (await wire.reply()).status == 200


async def test_a_head_that_does_not_come_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Silent, half a line, or a byte now and then: closed after the keep-alive time, uncounted."""
    monkeypatch.setattr(server, "KEEPALIVE_SECONDS", 0.2)
    loop = asyncio.get_running_loop()
    async with open_port() as port:
        started = loop.time()
        silent, half, idle = await port.dial(), await port.dial(OK[:40]), await port.dial(OK)
        assert (await idle.reply()).status == 200
        trickling = await port.dial()
        for byte in OK[:40]:
            await trickling.send(bytes([byte]))
            if not await trickling.nothing(0.01):
                break
        assert [await wire.rest() for wire in (silent, half, idle, trickling)] == [b""] * 4
        assert 0.15 <= loop.time() - started < 2
        assert port.statuses == [200]
    assert errors(caplog) == []


async def test_a_slow_callback_outlives_the_keep_alive_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The time is of the head and of idleness: neither body nor journal is cut off by it."""
    monkeypatch.setattr(server, "KEEPALIVE_SECONDS", 0.05)
    async with open_port() as port:
        wire, whole = await port.dial(OK[:-1]), await port.dial(OK)
        assert await wire.nothing(0.15)
        assert (await whole.reply()).status == 200
        port.journal.disk.clear()
        await wire.send(OK[-1:])
        whole = await port.dial(OK)
        assert await wire.nothing(0.15)
        assert await whole.nothing(0.15)
        port.journal.disk.set()
        assert (await wire.reply()).status == 200
        assert (await whole.reply()).status == 200
        assert await whole.rest() == b""


@pytest.mark.parametrize(
    "data",
    [
        *(OK, post(b"canary"), post(callback(), target=b"/callbacks/media/x"), post(b"x" * 2000)),
        *(post(callback(), target=b"/x"), request(method=b"GET"), request(), b"canary\r\n\r\n"),
        *(post(callback(), b"Connection: close"), post(callback(), b"Expect: canary")),
        *(post(callback(), b"Upgrade: h2c"), post(callback(), b"Content-Encoding: gzip")),
        *(post(callback(), target=b"http://other" + PATH), OK.replace(b"1.1", b"1.0")),
        *(chunked(b"2\r\n{}\r\n0\r\n\r\n"), post(callback(), target=b"/callbacks/media")),
    ],
    ids=name,
)
async def test_an_answer_does_not_depend_on_how_its_request_came(data: bytes) -> None:
    """In one piece on a new connection and on a used one, or in two: the same status, headers and
    document, and a connection that ends or does not."""
    found = []
    for before, pieces in (
        (False, [data]),
        (True, [data]),
        (True, [data[:20], data[20:]]),
    ):
        async with open_port(limits=Limits(max_body=1000, timeout=5.0)) as port:
            wire = await port.dial(OK if before else b"")
            if before:
                assert (await wire.reply()).status == 200
            for piece in pieces:
                await wire.send(piece)
                await turns(5)
            reply = await wire.reply()
            known = reply.headers.keys() - {"date", "content-length"}
            headers = {each: reply.headers[each] for each in known}
            told = {"status", "reason"} & reply.document.keys()
            document = {each: reply.document[each] for each in told if reply.status != 200}
            found.append((reply.status, headers, document))
            assert "date" in reply.headers
    assert found == found[:1] * 3


async def test_what_comes_before_the_answer_waits_in_the_socket() -> None:
    """However much that is; and all of it is answered, in order."""
    most = 5000
    data = b"".join(post(callback(number)) for number in range(most))
    async with open_port() as port:
        port.journal.disk.clear()
        wire = await port.dial(OK)
        await until(lambda: port.journal.waiting)
        connection = await the_connection(port)
        assert isinstance(connection, Connection)
        sending = asyncio.create_task(wire.send(data))
        await until(lambda: connection.later)
        await turns(50)
        assert len(connection.later) < 1 << 19
        port.journal.disk.set()
        assert [(await wire.reply()).status for _ in range(most + 1)] == [200] * (most + 1)
        await sending
        assert [entry.body for entry in port.journal.entries[1:]] == [
            callback(number) for number in range(most)
        ]


async def test_a_head_request_that_comes_alone_has_no_body_in_its_answer(port: Port) -> None:
    """What follows on the wire is the answer to the next request."""
    wire = await port.dial(request(method=b"HEAD"))
    assert (await wire.reply(empty=True)).status == 405
    await wire.send(OK)
    assert (await wire.reply()).status == 200


@pytest.mark.parametrize("leave", ["half_close", "close", "reset"])
@pytest.mark.parametrize(
    "data",
    [OK[:-1], chunked(b"1\r\n{\r\n"), post(callback(), b"Expect: 100-continue")[:-1]],
    ids=["length", "chunks", "expecting"],
)
async def test_a_sender_that_leaves_in_mid_body_is_counted_once(
    port: Port, data: bytes, leave: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Refused as disconnected, nothing kept, no error in the log, and the port goes on."""
    wire = await port.dial(data)
    await until(lambda: port.server.requests_count)
    {"half_close": wire.half_close, "close": wire.close, "reset": wire.reset}[leave]()
    await until(lambda: port.seen)
    assert port.seen == [DISCONNECTED]
    assert port.journal.entries == []
    assert (await port.ask(OK)).status == 200
    assert len(port.seen) == 2
    assert errors(caplog) == []


@pytest.mark.parametrize("count", range(1, 6))
@pytest.mark.parametrize(
    "data", [OK[:-1], post(callback(), b"Expect: 100-continue")[:-1]], ids=["body", "expecting"]
)
async def test_a_reset_at_any_turn_of_the_loop_is_a_disconnection(
    port: Port, data: bytes, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Also between the arrival of the head and the handler's first look at the body."""
    await port.dial()
    connection = await the_connection(port)
    connection.data_received(data)
    await turns(count)
    connection.connection_lost(ConnectionResetError())
    await until(lambda: not port.server.connections)
    assert port.server.requests_count == len(port.seen)
    assert port.seen in ([], [DISCONNECTED])
    assert errors(caplog) == []


@pytest.mark.parametrize("number", [errno.EHOSTUNREACH, errno.ENETDOWN, errno.ETIMEDOUT])
async def test_a_network_that_fails_is_a_disconnection(
    port: Port, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Not every lost connection is a `ConnectionError`."""
    await port.dial(OK[:-1])
    connection = await the_connection(port)
    await until(lambda: port.server.requests_count)
    await turns(5)
    connection.connection_lost(OSError(number, "canary"))
    await until(lambda: port.seen)
    assert port.seen == [DISCONNECTED]
    assert errors(caplog) == []


async def test_a_sender_that_leaves_before_its_answer_was_still_accepted(
    port: Port, caplog: pytest.LogCaptureFixture
) -> None:
    """What reached the journal stays and is counted; what was pipelined behind it is dropped."""
    port.journal.disk.clear()
    wire = await port.dial(OK + post(callback(2)))
    await until(lambda: port.journal.waiting)
    connection = await the_connection(port)
    wire.reset()
    await until(lambda: connection.transport is None)
    port.journal.disk.set()
    await until(lambda: not port.server.connections)
    assert port.seen == [Seen("media", "accepted", "", 200)]
    assert [entry.body for entry in port.journal.entries] == [callback()]
    assert errors(caplog) == []


@pytest.mark.parametrize("more", [OK, OK * 2, OK[:10], request(method=b"GET") * 2], ids=name)
async def test_what_was_put_off_ends_with_its_sender(
    port: Port, more: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Who has reset the connection is noticed when the answer before it is written."""
    port.journal.disk.clear()
    wire = await port.dial(OK)
    await until(lambda: port.journal.waiting)
    connection = await the_connection(port)
    assert isinstance(connection, Connection)
    await wire.send(more)
    await until(lambda: connection.later)
    wire.reset()
    await turns(20)
    port.journal.disk.set()
    await until(lambda: not port.server.connections)
    await turns(5)
    assert port.seen == [Seen("media", "accepted", "", 200)]
    assert port.server.requests_count == 1
    assert errors(caplog) == []


@pytest.mark.parametrize(
    "data",
    [b"", OK[:10], OK[:-1], OK, OK * 5 + OK[:-1]],
    ids=["nothing", "half a line", "half a body", "a callback", "five callbacks and a half"],
)
async def test_resets_are_not_worth_an_error(
    port: Port, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Forty senders that vanish, early or late: no line in the log, no connection left."""
    for number in range(40):
        wire = await port.dial(data)
        await asyncio.sleep(0.0005 * (number % 5))
        wire.reset()
    await until(lambda: not port.server.connections)
    assert port.server.requests_count == len(port.seen)
    assert {seen.status for seen in port.seen} <= {200, 400}
    assert errors(caplog) == []


@pytest.mark.parametrize("leave", ["half_close", "close", "reset"])
@pytest.mark.parametrize(
    "data",
    [
        *(b"", OK[:10], OK[:-1], OK, OK * 3, request(), request(method=b"GET"), b"canary\r\n\r\n"),
        *(chunked(b"1\r\n{\r\n"), chunked(b"zz\r\n"), post(b"canary"), OK.replace(b"1.1", b"1.0")),
        *(post(callback(), b"Expect: 100-continue")[:-1], post(b"x" * 300, b"Expect: magic")),
    ],
    ids=name,
)
async def test_a_connection_that_has_ended_leaves_nothing(data: bytes, leave: str) -> None:
    """No cycle: the receivers' collector comes so seldom that megabytes would wait for it."""
    with kept_in_cycles() as kept:
        async with open_port(limits=Limits(max_body=200, timeout=5.0)) as port:
            wire = await port.dial(data)
            await until(lambda: port.server.connections)
            await turns(5)
            {"half_close": wire.half_close, "close": wire.close, "reset": wire.reset}[leave]()
            await until(lambda: not port.server.connections)
            await turns(5)
    assert kept == []


@pytest.mark.parametrize("seed", range(4))
async def test_what_was_received_is_what_was_counted(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Received = sum of results, for any mixture of requests and any way to leave."""
    chance = random.Random(seed)
    kinds = [
        *(OK, post(callback(2)), post(b"canary"), post(callback(), target=b"/callbacks/media/x")),
        *(post(callback(), target=b"/x"), request(method=b"GET"), request(), b"canary\r\n\r\n"),
        *(post(callback(), b"Content-Encoding: gzip"), chunked(b"2\r\n{}\r\n0\r\n\r\n")),
        *(chunked(b"zz\r\n"), post(callback(), b"Expect: 100-continue"), OK[:-1], OK[:30]),
        *(post(b"x" * 2000), OK.replace(b"1.1", b"2.0"), post(callback(), b"Connection: close")),
    ]
    async with open_port(limits=Limits(max_body=1000, timeout=0.1)) as port:
        for _ in range(40):
            wire = await port.dial(b"".join(chance.choices(kinds, k=chance.randint(1, 6))))
            if chance.random() < 0.5:
                await asyncio.sleep(chance.random() / 500)
            chance.choice([wire.half_close, wire.close, wire.reset])()
        await until(lambda: not port.server.connections)
        assert port.server.requests_count == len(port.seen)
        accepted = [seen for seen in port.seen if seen.status == 200]
        assert len(accepted) == len(port.journal.entries)
        assert {seen.status for seen in port.seen} <= {200, 400, 401, 404, 405, 408, 411, 413, 415}
    assert errors(caplog) == []
