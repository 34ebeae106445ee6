"""Mutations of the request around a body: path, secret, method, headers, framing.

Each row says which answers are owed to it. The length is true to the body, but where the row is
about the length: a request that promises more than it brings is answered only after `body_timeout`,
and one that brings more than it promises is two.
"""

import gzip
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from tests.fuzz.heads import HOST, PATH, PLAIN, Head
from tests.fuzz.verdict import REFUSED, Owed
from tests.sources import SECRET

Make = Callable[[Random, bytes], bytes]
"""Body → request."""
_HEAD: Final = Head()
_MALFORMED: Final = b"\x00\x01 \t:/?#%\x7f\x80\xffAz\"'"
"""Bytes that a head does not expect."""


def owed(*statuses: int) -> Owed:
    """Any of `statuses`, and no result but a refusal where 200 is none of them."""
    return Owed(frozenset(statuses), "" if 200 in statuses else REFUSED)


def _targets(*targets: bytes) -> Make:
    return lambda random, body: Head(target=random.choice(targets)).around(body)


def _methods(*methods: bytes) -> Make:
    return lambda random, body: Head(method=random.choice(methods)).around(body)


def _versions(*versions: bytes) -> Make:
    return lambda random, body: Head(version=random.choice(versions)).around(body)


def _headers(*sets: Sequence[bytes]) -> Make:
    return lambda random, body: Head(headers=random.choice(sets)).around(body)


def _header(name: bytes, *values: bytes) -> Make:
    """A header beside the host."""
    return _headers(*((HOST, name + b": " + value) for value in values))


def _framing(*framings: Sequence[bytes]) -> Make:
    """Other headers for the body's length, and no body."""
    return lambda random, _body: _HEAD.bare(*random.choice(framings))


def _compressed(_random: Random, body: bytes) -> bytes:
    return Head(headers=(HOST, b"Content-Encoding: gzip")).around(gzip.compress(body, 1))


def _noise(random: Random, body: bytes) -> bytes:
    """A header of any bytes but those that end it."""
    text = bytes(random.choice(_MALFORMED + b"abc;=") for _ in range(40))
    return Head(headers=(HOST, b"X-Noise: " + text)).around(body)


def _crowd(random: Random, body: bytes) -> bytes:
    names = (b"X-%d: y" % at for at in range(random.randrange(1, 100)))
    return Head(headers=(HOST, *names)).around(body)


def _bad_chunks(random: Random, _body: bytes) -> bytes:
    lines = (b"x\r\n", b"-1\r\n", b"0x5\r\n", b"1\r\nab\r\n", b"f" * 17 + b"\r\n", b"1\na\n0\n\n")
    return _HEAD.bare(b"Transfer-Encoding: chunked", body=random.choice(lines))


def _damaged(random: Random, _body: bytes) -> bytes:
    """A head with one byte changed, but none of its length, and no body: it is soon complete."""
    framing = b"Content-Length: 0"
    head = bytearray(_HEAD.bare(b"X-A: b", framing))
    head[random.randrange(head.index(framing) - 2)] = random.choice(_MALFORMED)
    return bytes(head)


_TYPES: Final = (
    *(
        b"application/xml",
        b"application/json",
        b"text/plain; charset=utf-16",
        b"text/xml; charset=",
    ),
    *(b"multipart/form-data; boundary=a", b"application/x-www-form-urlencoded", b"*/*", b"", b";"),
    *(b"application/json; charset=x-none", b"a/b" * 500, b"\xff/\xff", b"application/grpc"),
)
_FORWARDED: Final = (
    *(b"X-Forwarded-For: 192.0.2.1, " + b"x," * 50, b"X-Forwarded-For: \xff", b"Forwarded: for=;;"),
    *(b"X-Forwarded-Uri: " + PATH, b"Referer: https://a/" + SECRET, b"X-Real-Ip: ::1"),
    *(b"Authorization: Bearer " + SECRET, b"Cookie: a=" + SECRET, b"X-Api-Key: " + SECRET),
)
_NAMELESS: Final = (b"X Y: z", b": z", b"X\x00: z", b"\xff: z", b"X", b"X : z", b" X: z")
_LENGTHS: Final = (b"-1", b"+1", b"x", b"1 1", b"", b"0x1", b"1, 1", b"\xff")
_CODINGS: Final = (b"gzip", b"br", b"deflate", b"gzip, gzip", b"identity, gzip", b"\xff", b"x")
_METHODS: Final = (b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE", b"PROPFIND")
_NO_METHODS: Final = (
    b"BREW",
    b"post",
    b"P",
    b"\x00",
    b"",
    b"POST\t",
    b"GET / HTTP/1.1\r\n",
    b"\xff",
)
_HOSTS: Final = ((), (b"Host: a", b"Host: b"), (b"Host: a b",), (b"Host: \xff",), (b"Host:",))
_QUERIES: Final = (b"?%ff=%00&&=;a[]=b", b"?" + b"a=b&" * 900, b"?", b"?a=\xff", b"??")

ROWS: Final[dict[str, tuple[Make, Owed]]] = {
    "type": (_header(b"Content-Type", *_TYPES), owed(200)),
    "two types": (_headers((HOST, *[b"Content-Type: text/xml"] * 2)), owed(200, 400)),
    "forwarded": (_headers(*((HOST, header) for header in _FORWARDED)), owed(200)),
    "noise": (_noise, owed(200, 400)),
    "crowd": (_crowd, owed(200)),
    "no name": (_headers(*((HOST, header) for header in _NAMELESS)), owed(200, 400)),
    "long header": (_header(b"X", b"y" * 8_000), owed(200)),
    "too long header": (_header(b"X", b"y" * 9_000), owed(400)),
    "too many headers": (_headers((HOST, *[b"X: y"] * 140)), owed(400)),
    "coding": (_header(b"Content-Encoding", *_CODINGS), owed(415)),
    "compressed": (_compressed, owed(415)),
    "identity": (_header(b"Content-Encoding", b"identity", b"", b"Identity"), owed(200)),
    "continue": (_header(b"Expect", b"100-continue", b"100-Continue"), owed(200)),
    "expect": (_header(b"Expect", b"200-ok", b"", b"\xff"), owed(417)),
    "connection": (_header(b"Connection", b"close", b"x", b"upgrade", b"keep-alive"), owed(200)),
    "upgrade": (_header(b"Upgrade", b"h2c", b"websocket", b"\xff"), owed(200)),
    "chunked": (_HEAD.chunked, owed(200)),
    "bad chunks": (_bad_chunks, owed(400)),
    "transfer": (_framing(*([b"Transfer-Encoding: " + c] for c in _CODINGS)), owed(400)),
    "no length": (_framing([]), owed(411)),
    "bad length": (_framing(*([b"Content-Length: " + n] for n in _LENGTHS)), owed(400)),
    "too long": (_framing(*([b"Content-Length: " + b"9" * n] for n in (8, 18))), owed(413)),
    "two lengths": (_framing([b"Content-Length: 0", b"Content-Length: 1"]), owed(400)),
    "empty": (_framing([b"Content-Length: 000"]), Owed(result="quarantined", reason="empty")),
    "old": (_versions(b"HTTP/1.0"), owed(200)),
    "version": (
        _versions(b"HTTP/2.0", b"HTTP/0.9", b"HTTP/1.2", b"HTTP/1.1x", b"ICY/1.1", b"http/1.1"),
        owed(400),
    ),
    "no token": (_targets(PLAIN, PLAIN + b"/", PLAIN + b"?a=b", PLAIN + b"?token="), owed(401)),
    "wrong token": (
        _targets(PATH[:-1], PATH + b"0", PATH.upper().replace(b"CALLBACKS/MEDIA", PLAIN[1:])),
        owed(401),
    ),
    "odd token": (
        _targets(*(PLAIN + token for token in (b"/%ff%fe", b"/" + b"a" * 4_000, b"/%00", b"/."))),
        owed(400, 401, 404),
    ),
    "token in the query": (_targets(PLAIN + b"?token=" + SECRET), owed(200)),
    "two tokens": (_targets(PLAIN + (b"?token=" + SECRET) + b"&token=" + SECRET), owed(401)),
    "query": (_targets(*(PATH + query for query in _QUERIES)), owed(200, 400)),
    "source": (_targets(b"/callbacks/none/x", b"/callbacks//x", b"/callbacks/Media/x"), owed(404)),
    "path": (_targets(b"/", b"/metrics", b"/callbacks", PATH + b"/a", b"//" + PATH[1:]), owed(404)),
    "escaped path": (
        _targets(b"/callbacks/%6dedia/" + SECRET, b"/callbacks/x/../media/" + SECRET),
        owed(200, 404),
    ),
    "escaped token": (_targets(PLAIN + b"/%36" + SECRET[1:]), owed(200)),
    "absolute": (_targets(b"http://evil.example" + PATH, b"http://[::1" + PATH), owed(200, 400)),
    "target": (
        _targets(b"*", b"callbacks", b"/\x00", b"/a b", b"\xff", b"/#" + PATH),
        owed(400, 404),
    ),
    "method": (_methods(*_METHODS), owed(405)),
    "no method": (_methods(*_NO_METHODS), owed(400, 405)),
    "host": (_headers(*_HOSTS), owed(200, 400)),
    "damaged": (_damaged, owed(200, 400, 401, 404, 405, 411)),
}


def requested(random: Random, row: str, body: bytes) -> tuple[bytes, Owed]:
    """A request around `body` that is odd in one way, and what it is owed."""
    make, answers = ROWS[row]
    return make(random, body), answers
