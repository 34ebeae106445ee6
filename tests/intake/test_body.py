"""The body: what decides its form, and when its sender is told to go on."""

import json

import pytest

from gateway.intake.body import Limits
from tests import sources
from tests.intake.port import (
    PATH,
    RECEIVED_AT,
    Port,
    Seen,
    callback,
    chunked,
    name,
    open_port,
    post,
    problem,
    request,
)

XML = (
    b"<Response><EventName>TaskFinish</EventName><JobsDetail><JobId>j1</JobId>"
    b"<State>Success</State><Tag>Transcode</Tag></JobsDetail></Response>"
)
BOM = b"\xef\xbb\xbf"
EXPECT = b"Expect: 100-continue"


@pytest.mark.parametrize("body", [XML, callback()], ids=["xml", "json"])
@pytest.mark.parametrize("before", [b"", BOM, b" \r\n\t", BOM + b"\n"], ids=repr)
@pytest.mark.parametrize(
    "kind",
    [
        *(b"application/xml", b"application/json", b"text/plain; charset=utf-16", b"", b"\xff"),
        *(b"multipart/form-data; boundary=x", b"application/x-www-form-urlencoded"),
    ],
)
async def test_the_body_decides_its_form(
    port: Port, body: bytes, before: bytes, kind: bytes
) -> None:
    """XML and JSON of one job give one id under any media type, after a BOM and white space."""
    reply = await port.ask(post(before + body, b"Content-Type: " + kind))
    (entry,) = port.journal.entries
    assert (reply.status, entry.quarantine) == (200, None)
    assert entry.body == before + body
    (expected,) = sources.entry(XML).events
    assert reply.document == {"status": "accepted", "events": [expected.id]}


async def test_a_media_type_is_not_needed(port: Port) -> None:
    """None given is as good as any."""
    assert (await port.ask(post(XML))).document["status"] == "accepted"


async def test_the_journal_gets_the_request_as_it_came(port: Port) -> None:
    """Headers in order with repeats, undecoded; the peer and the time from outside."""
    await port.ask(post(XML, b"X-One: 1", b"x-one: \xe9", b"X-Two:"))
    (entry,) = port.journal.entries
    assert json.loads(entry.headers) == [
        ["Host", "gateway"],
        ["Content-Length", str(len(XML))],
        ["X-One", "1"],
        ["x-one", "é"],
        ["X-Two", ""],
    ]
    assert (entry.source, entry.received_at) == ("media", RECEIVED_AT)
    assert entry.verified_by == "token"


async def test_a_sender_that_asks_is_told_to_go_on(port: Port) -> None:
    """`100 Continue` and nothing else, then the answer."""
    head = post(callback(), EXPECT)[: -len(callback())]
    wire = await port.dial(head)
    going = await wire.reply()
    assert (going.version, going.status, going.headers, going.body) == ("HTTP/1.1", 100, {}, b"")
    assert port.seen == []
    await wire.send(callback())
    assert (await wire.reply()).status == 200
    await wire.send(post(callback(2)))
    assert (await wire.reply()).status == 200


async def test_a_sender_that_asks_with_chunks_is_told_to_go_on(port: Port) -> None:
    """The length need not be known."""
    wire = await port.dial(chunked(headers=[EXPECT]))
    assert (await wire.reply()).status == 100
    await wire.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(XML), XML))
    assert (await wire.reply()).status == 200


@pytest.mark.parametrize("expect", [b"100-Continue", b"100-CONTINUE"])
async def test_the_word_may_be_loud(port: Port, expect: bytes) -> None:
    """The expectation is case-insensitive."""
    wire = await port.dial(post(XML, b"Expect: " + expect)[:-1])
    assert (await wire.reply()).status == 100


async def test_a_sender_that_did_not_wait_is_not_told(port: Port) -> None:
    """The body is there: only the answer comes."""
    assert (await port.ask(post(XML, EXPECT))).status == 200


async def test_a_sender_of_http_1_0_is_not_told(port: Port) -> None:
    """HTTP/1.0 knows no interim answers."""
    headers = (EXPECT, b"Content-Length: %d" % len(XML))
    wire = await port.dial(request(version=b"HTTP/1.0", headers=headers))
    assert await wire.nothing()
    await wire.send(XML)
    assert (await wire.reply()).status == 200


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        (PATH, (b"Content-Length: 10000000000",), 413),
        (PATH, (b"Content-Length: 10", b"Content-Encoding: gzip"), 415),
        (PATH, (), 411),
        (b"/callbacks/other", (b"Content-Length: 10",), 404),
    ],
    ids=name,
)
async def test_a_sender_that_asks_in_vain_is_refused_instead(
    port: Port, target: bytes, headers: tuple[bytes, ...], status: int
) -> None:
    """The head is not acceptable: no `100 Continue` before the problem."""
    reply = await port.ask(request(target, headers=(b"Host: x", EXPECT, *headers)))
    assert reply.status == status
    assert port.statuses == [status]


@pytest.mark.parametrize(
    ("target", "method", "status"),
    [(b"/callbacks/other", b"POST", 404), (PATH, b"PUT", 405), (PATH, b"POST", 503)],
    ids=name,
)
async def test_a_sender_that_keeps_its_body_stays_in_step(
    port: Port, target: bytes, method: bytes, status: int
) -> None:
    """It is told that the connection ends, or its next request is answered on it."""
    port.receiver.draining = status == 503
    head = request(target, method=method, headers=(b"Host: x", EXPECT, b"Content-Length: 400"))
    wire = await port.dial(head)
    reply = await wire.reply()
    assert reply.status == status
    port.receiver.draining = False
    if not reply.closes:
        await wire.send(post(callback()))
        assert (await wire.reply()).status == 200


async def test_a_deadline_also_ends_the_wait_after_100_continue() -> None:
    """408 to a sender that asked and then kept silent."""
    async with open_port(limits=Limits(max_body=1000, timeout=0.05)) as port:
        wire = await port.dial(post(XML, EXPECT)[:-1])
        assert (await wire.reply()).status == 100
        reply = await wire.reply()
        assert (reply.status, reply.document) == (408, problem(408, "body_timeout"))
        assert port.seen == [Seen("media", "refused", "body_timeout", 408)]


async def test_a_chunked_body_of_nothing_is_an_empty_body(port: Port) -> None:
    """Quarantined as `empty`, like a length of 0."""
    for data in (chunked(b"0\r\n\r\n"), post(b"")):
        reply = await port.ask(data)
        assert (reply.status, reply.document["reason"]) == (200, "empty")
    assert [entry.body for entry in port.journal.entries] == [b"", b""]
