"""Raw requests: each is answered once, by a problem or a proper accept, and nothing hides in it.

The canary is a whole callback where no request can be. After each row the connection is either
closed or in step, and the next connection is served.
"""

import pytest

from gateway.intake.body import Limits
from tests.intake.port import PATH, Port, Seen, callback, chunked, open_port, post, problem, request

BODY = callback()
CANARY = post(callback(99))
HOST = b"Host: gateway"
LENGTH = b"Content-Length: %d" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
FIRST = b"%x" % len(BODY)
MANY = [b"X-%d: y" % number for number in range(126)]


def framed(*headers: bytes, body: bytes = BODY + CANARY) -> bytes:
    """A POST with `headers` as its only framing, and by default a canary behind its body."""
    return request(headers=(HOST, *headers), body=body)


ROWS: dict[str, tuple[bytes, int]] = {
    # two readers could disagree on where the body ends
    "length and chunks": (framed(LENGTH, CHUNKED, body=b"0\r\n\r\n" + CANARY), 400),
    "chunks and length": (framed(CHUNKED, LENGTH, body=b"0\r\n\r\n" + CANARY), 400),
    "two lengths": (framed(LENGTH, b"Content-Length: 1"), 400),
    "two equal lengths": (framed(LENGTH, LENGTH), 400),
    "list of lengths": (framed(b"Content-Length: 1, 1"), 400),
    "negative length": (framed(b"Content-Length: -1"), 400),
    "signed length": (framed(b"Content-Length: +5"), 400),
    "hexadecimal length": (framed(b"Content-Length: 0x10"), 400),
    "length with a blank": (framed(b"Content-Length: 1 0"), 400),
    "length with a point": (framed(b"Content-Length: 1.0"), 400),
    "length with an underscore": (framed(b"Content-Length: 1_0"), 400),
    "length in other digits": (framed("Content-Length: ١".encode()), 400),
    "no number as length": (framed(b"Content-Length:"), 400),
    "length of 2^64": (framed(b"Content-Length: 18446744073709551616"), 400),
    "length before a colon's blank": (framed(b"Content-Length : 1"), 400),
    "length with leading zeros": (framed(b"Content-Length: 000%d" % len(BODY), body=BODY), 200),
    "length with a tab": (framed(b"Content-Length:\t%d\t" % len(BODY), body=BODY), 200),
    "xchunked": (framed(b"Transfer-Encoding: xchunked", body=CHUNKS + CANARY), 400),
    "chunked, identity": (framed(b"Transfer-Encoding: chunked, identity", body=CHUNKS), 400),
    "identity": (framed(b"Transfer-Encoding: identity", body=CHUNKS + CANARY), 400),
    "identity and length": (framed(b"Transfer-Encoding: identity", LENGTH), 400),
    "gzip transfer": (framed(b"Transfer-Encoding: gzip", body=CHUNKS + CANARY), 400),
    "chunked twice": (framed(CHUNKED, CHUNKED, body=CHUNKS + CANARY), 400),
    "chunked, chunked": (framed(b"Transfer-Encoding: chunked, chunked", body=CHUNKS), 400),
    "blank before the colon": (framed(b"Transfer-Encoding : chunked", body=CHUNKS + CANARY), 400),
    "vertical tab": (framed(b"Transfer-Encoding: \x0bchunked", body=CHUNKS + CANARY), 400),
    "folded chunked": (framed(b"Transfer-Encoding:\r\n chunked", body=CHUNKS + CANARY), 400),
    "kelvin sign": (framed("Transfer-Encoding: chun\u212aed".encode(), body=CHUNKS), 400),
    "loud chunked": (framed(b"TRANSFER-ENCODING: CHUNKED", body=CHUNKS), 200),
    # chunks
    "no chunk size": (chunked(b"\r\n", CANARY), 400),
    "negative chunk size": (chunked(b"-1\r\n", CANARY), 400),
    "signed chunk size": (chunked(b"+", CHUNKS, CANARY), 400),
    "prefixed chunk size": (chunked(b"0x", CHUNKS, CANARY), 400),
    "blank before a chunk size": (chunked(b" ", CHUNKS, CANARY), 400),
    "blank after a chunk size": (chunked(FIRST, b" \r\n", BODY, b"\r\n0\r\n\r\n", CANARY), 400),
    "chunk size of 2^64": (chunked(b"10000000000000000\r\n", CANARY), 400),
    "chunk line ends in LF": (chunked(FIRST, b"\n", BODY, b"\r\n0\r\n\r\n", CANARY), 400),
    "chunk extension ends in LF": (chunked(FIRST, b";a\n", BODY, b"\r\n0\r\n\r\n", CANARY), 400),
    "chunk extension with CR": (chunked(FIRST, b";a\rb\r\n", BODY, b"\r\n0\r\n\r\n", CANARY), 400),
    "chunk extension with NUL": (chunked(FIRST, b";\0\r\n", BODY, b"\r\n0\r\n\r\n", CANARY), 400),
    "chunk longer than said": (chunked(b"1\r\n", BODY, b"\r\n0\r\n\r\n", CANARY), 400),
    "chunk shorter than said": (chunked(b"ff\r\n", BODY, b"\r\n0\r\n\r\n", b"x" * 300), 400),
    "chunk data ends in LF": (chunked(FIRST, b"\r\n", BODY, b"\n0\r\n\r\n", CANARY), 400),
    "last chunk ends in LF": (chunked(FIRST, b"\r\n", BODY, b"\r\n0\n\n", CANARY), 400),
    "too many trailers": (chunked(CHUNKS[:-2], b"A: b\r\n" * 5000, b"\r\n"), 400),
    "trailer ends in LF": (chunked(CHUNKS[:-2], b"A: b\n\r\n", CANARY), 400),
    "trailer without a colon": (chunked(CHUNKS[:-2], b"A\r\n\r\n", CANARY), 400),
    "chunk extensions": (chunked(FIRST, b';a=b;c="d"\r\n', BODY, b"\r\n0;e\r\n\r\n"), 200),
    "leading zeros": (chunked(b"0" * 8, FIRST, b"\r\n", BODY, b"\r\n000\r\n\r\n"), 200),
    "loud chunk size": (chunked(FIRST.upper(), b"\r\n", BODY, b"\r\n0\r\n\r\n"), 200),
    "chunks of one byte": (chunked(*(b"1\r\n%c\r\n" % c for c in BODY), b"0\r\n\r\n"), 200),
    # the head
    "no host": (request(headers=(LENGTH,), body=BODY + CANARY), 400),
    "two hosts": (framed(b"Host: other", LENGTH), 400),
    "empty host": (request(headers=(b"Host:", LENGTH), body=BODY), 200),
    "obs-fold": (framed(b"X: y\r\n z", LENGTH), 400),
    "folded first header": (request(headers=(b" X: y", HOST, LENGTH), body=BODY + CANARY), 400),
    "lines end in LF": (post(BODY).replace(b"\r\n", b"\n") + CANARY, 400),
    "one line ends in LF": (framed(b"X: y\nZ: y", LENGTH), 400),
    "head ends in LF": (post(BODY).replace(b"\r\n\r\n", b"\r\n\n", 1) + CANARY, 400),
    "CR in a value": (framed(b"X: y\rz", LENGTH), 400),
    "NUL in a value": (framed(b"X: y\0z", LENGTH), 400),
    "NUL in a name": (framed(b"X\0: y", LENGTH), 400),
    "DEL in a name": (framed(b"X\x7f: y", LENGTH), 400),
    "no colon": (framed(b"X", LENGTH), 400),
    "no name": (framed(b": y", LENGTH), 400),
    "name in brackets": (framed(b"(X): y", LENGTH), 400),
    "name not in ASCII": (framed(b"\xff: y", LENGTH), 400),
    "value not in ASCII": (framed(b"X: \xff\xfe", LENGTH, body=BODY), 200),
    "128 headers": (framed(LENGTH, *MANY, body=BODY), 200),
    "129 headers": (framed(LENGTH, *MANY, b"X: y"), 400),
    "8 KB in a header": (framed(b"X: " + b"y" * 8000, LENGTH, body=BODY), 200),
    "9 KB in a header": (framed(b"X: " + b"y" * 9000, LENGTH), 400),
    "9 KB in a name": (framed(b"X" * 9000 + b": y", LENGTH), 400),
    "9 KB in a target": (post(BODY, target=PATH + b"?" + b"x" * 9000) + CANARY, 400),
    # the request line
    "NUL in the target": (post(BODY, target=PATH + b"\0") + CANARY, 400),
    "blank in the target": (post(BODY, target=PATH + b" x") + CANARY, 400),
    "target not in ASCII": (post(BODY, target=PATH + b"/\xff") + CANARY, 400),
    "query not in ASCII": (post(BODY, target=PATH + "?é".encode()) + CANARY, 400),
    "no target": (post(BODY, target=b"") + CANARY, 400),
    "relative target": (post(BODY, target=PATH[1:]) + CANARY, 400),
    "target *": (post(BODY, target=b"*") + CANARY, 400),
    "target without a host": (post(BODY, target=b"http://" + PATH) + CANARY, 400),
    "target with a wrong port": (post(BODY, target=b"http://h:99999" + PATH) + CANARY, 400),
    "target with half an address": (post(BODY, target=b"http://[::1" + PATH) + CANARY, 400),
    "HTTP/0.9": (post(BODY).replace(b"1.1", b"0.9", 1) + CANARY, 400),
    "HTTP/1.2": (post(BODY).replace(b"1.1", b"1.2", 1) + CANARY, 400),
    "HTTP/2.0": (post(BODY).replace(b"1.1", b"2.0", 1) + CANARY, 400),
    "HTTP/3.0": (post(BODY).replace(b"1.1", b"3.0", 1) + CANARY, 400),
    "HTTP/11": (post(BODY).replace(b"1.1", b"11", 1) + CANARY, 400),
    "HTTP/1.1.1": (post(BODY).replace(b"1.1", b"1.1.1", 1) + CANARY, 400),
    "http/1.1": (post(BODY).replace(b"HTTP", b"http", 1) + CANARY, 400),
    "no version": (b"POST " + PATH + b"\r\n\r\n" + CANARY, 400),
    "a version with a blank": (post(BODY).replace(b"/1.1", b"/1.1 ", 1) + CANARY, 400),
    "preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(range(200)), 400),
    "PROXY protocol": (b"PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n" + CANARY, 400),
    "small method": (post(BODY).replace(b"POST", b"post", 1) + CANARY, 400),
    "blank before the method": (b" " + post(BODY) + CANARY, 400),
    "empty lines before": (b"\r\n\r\n" + post(BODY), 200),
    "old WebSocket": (post(BODY, b"Sec-WebSocket-Key1: x") + CANARY, 400),
    # a body that looks like a request is a body
    "canary in a GET": (post(CANARY).replace(b"POST", b"GET", 1), 405),
    "canary in an unknown source": (post(CANARY, target=b"/callbacks/other"), 404),
    "canary in a callback": (post(CANARY), 200),
    "canary in chunks": (chunked(b"%x\r\n%b\r\n0\r\n\r\n" % (len(CANARY), CANARY)), 200),
    "canary in a refused body": (post(CANARY, target=b"/callbacks/media/x"), 401),
    "canary in an encoded body": (post(CANARY, b"Content-Encoding: gzip"), 415),
    "canary after no length": (request(body=CANARY), 411),
    "canary in the body of a CONNECT": (
        post(CANARY, target=b"gateway:443").replace(b"POST", b"CONNECT", 1),
        404,
    ),
}
"""Name → bytes, and the one status that answers them."""


@pytest.mark.parametrize(("data", "status"), ROWS.values(), ids=ROWS.keys())
async def test_a_raw_request_is_answered_once(port: Port, data: bytes, status: int) -> None:
    """One answer, one result counted, no canary, and the port goes on."""
    wire = await port.dial(data)
    reply = await wire.reply()
    if status >= 400:
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.document == problem(reply.status, reply.document["reason"])
    others = await wire.replies()
    assert [reply.status, *(other.status for other in others)] == [status]
    assert (port.statuses[0], port.statuses[1:]) in ((status, []), (status, [404]))
    assert [entry for entry in port.journal.entries if entry.body not in (BODY, CANARY)] == []
    assert (await port.ask(post(callback(2)))).status == 200


async def test_a_request_that_is_no_http_is_counted_for_no_source(port: Port) -> None:
    """400, closed, and no word of the input in answer or label."""
    wire = await port.dial(b"canary canary canary\r\n\r\n")
    reply = await wire.reply()
    assert (reply.status, reply.document) == (400, problem(400, "malformed_request"))
    assert await wire.rest() == b""
    assert port.seen == [Seen("(none)", "refused", "malformed_request", 400)]


@pytest.mark.parametrize("version", [b"0.9", b"2.0"])
async def test_an_answer_is_always_http_1(port: Port, version: bytes) -> None:
    """A version that the gateway does not speak is not spoken back."""
    reply = await port.ask(post(BODY).replace(b"1.1", version, 1))
    assert reply.status == 400
    assert reply.version in ("HTTP/1.0", "HTTP/1.1")


async def test_a_length_of_thousands_of_digits_is_no_bug(
    port: Port, caplog: pytest.LogCaptureFixture
) -> None:
    """Python reads no integer of more than 4,300 digits; HTTP allows the zeros."""
    reply = await port.ask(framed(b"Content-Length: " + b"0" * 5000 + LENGTH[16:], body=BODY))
    assert reply.status in (200, 400)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_transfer_coding_that_is_not_undone_is_refused(port: Port) -> None:
    """The chunks of a compressed body are not the body."""
    reply = await port.ask(framed(b"Transfer-Encoding: gzip, chunked", body=CHUNKS))
    assert reply.status >= 400
    assert port.journal.entries == []


TRAILERS = [b"Content-Encoding: gzip", b"Host: evil", b"X-Forwarded-For: 1.2.3.4"]


@pytest.mark.parametrize("trailer", TRAILERS, ids=bytes.decode)
async def test_a_trailer_is_no_header_of_the_next_request(port: Port, trailer: bytes) -> None:
    """A proxy may send two strangers' requests over one connection: they stay strangers."""
    wire = await port.dial(chunked(CHUNKS[:-2], trailer, b"\r\n\r\n"))
    assert (await wire.reply()).status == 200
    await wire.send(post(callback(2)))
    assert [reply.status for reply in await wire.replies()] in ([200], [])
    assert [e for e in port.journal.entries if trailer.split(b": ")[1] in e.headers] == []


@pytest.mark.parametrize("trailer", TRAILERS, ids=bytes.decode)
async def test_a_trailer_is_no_header_of_a_request_right_behind_it(
    port: Port, trailer: bytes
) -> None:
    """Both in one packet: both are accepted, the second is not taken, or both are refused."""
    wire = await port.dial(chunked(CHUNKS[:-2], trailer, b"\r\n\r\n") + post(callback(2)))
    statuses = [(await wire.reply()).status, *(reply.status for reply in await wire.replies())]
    assert statuses in ([200, 200], [200], [400])
    assert [e for e in port.journal.entries if trailer.split(b": ")[1] in e.headers] == []


async def test_a_broken_chunk_ends_with_the_deadline_at_the_latest() -> None:
    """Where it came in a packet of its own aiohttp's parser keeps it to itself: no body ends."""
    async with open_port(limits=Limits(max_body=1000, timeout=0.2)) as port:
        wire = await port.dial(chunked(b"1\r\n{\r\n"))
        await wire.send(b"zz\r\n")
        reply = await wire.reply()
        assert reply.document in (problem(400, "malformed_request"), problem(408, "body_timeout"))
        assert [seen.status for seen in port.seen] == [reply.status]


@pytest.mark.parametrize("size", [1, 7, 100])
async def test_a_request_in_pieces_is_one_request(port: Port, size: int) -> None:
    """However the network cuts it."""
    for data in (post(BODY), chunked(CHUNKS)):
        wire = await port.dial()
        for start in range(0, len(data), size):
            await wire.send(data[start : start + size])
        assert (await wire.reply()).status == 200
    assert [entry.body for entry in port.journal.entries] == [BODY, BODY]


async def test_a_body_of_tiny_chunks_blocks_nobody(port: Port) -> None:
    """64 Ki chunks of one byte; another sender is served meanwhile."""
    body = b'{"a":"' + b"x" * 65528 + b'"}'
    data = chunked(*(b"1\r\n%c\r\n" % byte for byte in body), b"0\r\n\r\n")
    wire = await port.dial(data[:200_000])
    assert (await port.ask(post(BODY))).status == 200
    await wire.send(data[200_000:])
    assert (await wire.reply()).status == 200
    assert port.journal.entries[-1].body == body


@pytest.mark.parametrize("host", [(), (HOST,)], ids=["no host", "host"])
@pytest.mark.parametrize(
    ("framing", "body"), [(LENGTH, BODY), (CHUNKED, CHUNKS)], ids=["length", "chunks"]
)
async def test_http_1_0_is_served_and_closed(
    port: Port, host: tuple[bytes, ...], framing: bytes, body: bytes
) -> None:
    """Without a host too; no second request is taken from the connection."""
    wire = await port.dial(request(version=b"HTTP/1.0", headers=(*host, framing), body=body))
    reply = await wire.reply()
    assert (reply.version, reply.status) == ("HTTP/1.0", 200)
    await wire.send(CANARY)
    assert await wire.rest() == b""
    assert port.statuses == [200]


@pytest.mark.parametrize("junk", [b"\0\0\0\0", b"canary\r\n\r\n", CANARY.replace(b"1.1", b"9.9")])
@pytest.mark.parametrize("header", [b"Connection: close", b"X: y"], ids=bytes.decode)
async def test_junk_behind_a_callback_never_makes_a_second(
    port: Port, junk: bytes, header: bytes
) -> None:
    """The callback is accepted, or it is refused with the junk; what was kept was answered."""
    wire = await port.dial(post(BODY, header) + junk)
    statuses = [(await wire.reply()).status, *(reply.status for reply in await wire.replies())]
    assert statuses in ([200], [400], [200, 400])
    assert port.statuses == statuses
    assert len(port.journal.entries) == statuses.count(200)
