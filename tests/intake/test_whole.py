"""Callbacks that are read without a parser: only what the parser would read in the same way."""

import asyncio
from typing import Final

import pytest
from aiohttp import web
from aiohttp.http_parser import HttpRequestParser, RawRequestMessage
from hypothesis import given, settings
from hypothesis import strategies as some

from gateway.intake.target import route
from gateway.intake.whole import Head, head_of
from tests.intake.port import name

PLAIN: Final = b"POST /callbacks/media/key HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
TARGETS: Final = [
    *(b"/callbacks/media", b"/callbacks/media/key", b"/callbacks/media?token=a%20b&x=/?"),
    *(b"/callbacks/media?token=a+b&&=&a;b&%zz=%&a=1&a=2", b"/callbacks/media/k?token=k&%FF=%e4"),
    *(
        b"/callbacks/media/..",
        b"/callbacks/./media",
        b"/callbacks/%6dedia",
        b"/callbacks/media/%2e",
    ),
    *(
        b"/callbacks/media#x",
        b"/callbacks/media/key?a#b",
        b"/callbacks/media/key/",
        b"//callbacks/a",
    ),
    *(b"/Callbacks/media", b"/callbacks/", b"/callbacks/media?", b"/callbacks//media", b"*"),
    *(b"http://x/callbacks/media", b"/callbacks/m\xc3\xa9", b"/callbacks/media/a b", b""),
]
LINES: Final = [
    *(b"Host: x\r\n", b"Content-Length: 2\r\n", b"content-length:2\r\n", b"CONTENT-LENGTH: 02\r\n"),
    *(b"Content-Length: 2 \r\n", b"Content-Length:\t2\r\n", b"Content-Length: +2\r\n"),
    *(b"Content-Length : 2\r\n", b"Content-Length: 2, 2\r\n", b"X-Content-Length: 5\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"transfer-encoding:\r\n", b"Upgrade: h2c\r\n"),
    *(
        b"Connection: close\r\n",
        b"connection:keep-alive\r\n",
        b"Connection: keep-alive, upgrade\r\n",
    ),
    *(b"Expect: 100-continue\r\n", b"X: a\x00b\r\n", b"X: caf\xe9\r\n", b"X:\r\n", b" folded\r\n"),
    *(
        b"X: a\n",
        b"X\r\n",
        b"X: \x7f\r\n",
        b"\r\n",
        b"Accept: */*\r\n",
        b"Proxy-Connection: close\r\n",
    ),
    *(b"X: \t a\t \r\n", b"X:\t\r\n", b"X: :a: \r\n", b"Content-Encoding: identity\r\n"),
    *(b"ETag: a\r\n", b"etag:b\r\n", b"User-Agent: a\r\n", b"Content-Type: a/b\r\n"),
]


def mostly(usual: bytes, *others: bytes) -> some.SearchStrategy[bytes]:
    """Enough of the usual that a request of many parts is often plain."""
    return some.one_of(some.just(usual), some.just(usual), some.sampled_from(others))


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        PLAIN.replace(b"/key", b""),
        PLAIN.replace(b"/key", b"?token=key&a=%2F"),
        PLAIN.replace(b"Host", b"Connection: keep-alive\r\nHost"),
        PLAIN.replace(b"Content-L", b"Accept: */*\r\ncontent-l"),
        PLAIN.replace(b"2\r\n\r\n{}", b"0\r\n\r\n"),
    ],
)
def test_a_plain_callback_names_its_source(data: bytes) -> None:
    """As nearly all senders write it."""
    head = head_of(data)
    assert head is not None
    assert head.source == "media"


def test_the_head_of_a_plain_callback_tells_all_that_is_needed() -> None:
    """Token, fields as they were written, and where the body is."""
    data = (
        b"POST /callbacks/media?a=%2F+b&token=k%65y+ HTTP/1.1\r\nhost:x\r\n"
        b"X-Empty:\r\nContent-Length: 2\r\nX-Twice: a\r\nX-Twice: \tb \r\n\r\n{}"
    )
    fields = ((b"host", b"x"), (b"X-Empty", b""), (b"Content-Length", b"2"))
    twice = ((b"X-Twice", b"a"), (b"X-Twice", b"b"))
    query = {"a": "/ b", "token": "key "}
    assert head_of(data) == Head("media", b"key+", (*fields, *twice), query, len(data) - 2, 2)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", PLAIN[:-1], PLAIN[:30], PLAIN + b"P", PLAIN + PLAIN, b"\r\n" + PLAIN),
        *(PLAIN.replace(b"POST", b"GET"), PLAIN.replace(b"1.1", b"1.0")),
        PLAIN.replace(b"Host", b"Connection: close\r\nHost"),
        PLAIN.replace(b"Host", b"Content-Length: 2\r\nHost"),
        PLAIN.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked"),
        PLAIN.replace(b"Host", b"".join(b"X-%d: 1\r\n" % each for each in range(65)) + b"Host"),
        PLAIN.replace(b"Host", b"X: %b\r\nHost" % (b"x" * 5000)),
        PLAIN.replace(b"Host", b"Proxy-Connection: close\r\nHost"),
        PLAIN.replace(b"Host", b"Content-Encoding: gzip\r\nHost"),
        PLAIN.replace(b"/key", b"?" + b"a&" * 32),
    ],
    ids=name,
)
def test_anything_else_is_the_parsers(data: bytes) -> None:
    """Also where it is a callback."""
    assert head_of(data) is None


@given(
    start=mostly(b"POST %b HTTP/1.1", b"POST  %b HTTP/1.1", b"post %b HTTP/1.1"),
    target=mostly(b"/callbacks/media/key", *TARGETS),
    host=mostly(b"Host: x\r\n", b"host:x\r\n", b""),
    lines=some.lists(mostly(b"X-Request-Id: 1\r\n", *LINES), max_size=3),
    more=some.lists(mostly(b"Accept: */*\r\n", *LINES), max_size=2),
    body=mostly(b"{}", b"", PLAIN),
    beside=mostly(b"", b"{", PLAIN),
)
@settings(max_examples=1000)
def test_the_parser_would_read_the_same(
    start: bytes,
    target: bytes,
    host: bytes,
    lines: list[bytes],
    more: list[bytes],
    body: bytes,
    beside: bytes,
) -> None:
    """One request, whole, of this source, after which the next begins and the connection lasts."""
    length = b"Content-Length: %d\r\n" % len(body)
    head = b"".join([start % target, b"\r\n", host, *lines, length, *more, b"\r\n"])
    if found := head_of(head + body + beside):
        first, second = asyncio.run(parsed(head + body + beside, PLAIN))
        assert (first.method, first.version) == ("POST", (1, 1))
        assert (first.should_close, first.upgrade, first.chunked) == (False, False, False)
        assert (found.source, found.token) == route(first.url.raw_path, first.url.raw_query_string)
        assert found.headers == first.raw_headers
        assert found.query == first.url.query
        assert (head + body + beside)[found.size :] == body
        assert second.url.raw_path == "/callbacks/media/key"


async def _unused(_: web.BaseRequest) -> web.Response:
    return web.Response()


async def parsed(*pieces: bytes) -> list[RawRequestMessage]:
    """What aiohttp's parser makes of the pieces; each body is there."""
    protocol = web.Server(_unused)()
    parser = HttpRequestParser(protocol, asyncio.get_running_loop(), 1 << 16)
    messages = []
    for piece in pieces:
        for message, payload in parser.feed_data(piece)[0]:
            assert payload.is_eof()
            messages.append(message)
            parser.message_consumed()
    return messages
