"""A request's head and framing, byte for byte as it is to be sent."""

from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple

from tests.sources import NAME, SECRET

BOUND: Final = "bound"
"""The source that is bound to the examples' buckets."""
PLAIN: Final = f"/callbacks/{NAME}".encode()
PATH: Final = PLAIN + b"/" + SECRET
HOST: Final = b"Host: gateway.example.com"
_CHUNKED: Final = b"Transfer-Encoding: chunked"
_CHUNKS: Final = 200
"""After which the rest of a body is one chunk."""


class Head(NamedTuple):
    """A proper head, but for what a mutation sets."""

    method: bytes = b"POST"
    target: bytes = PATH
    version: bytes = b"HTTP/1.1"
    headers: Sequence[bytes] = (HOST,)

    def around(self, body: bytes) -> bytes:
        """The request, with the body's length."""
        return self.bare(b"Content-Length: %d" % len(body), body=body)

    def bare(self, *framing: bytes, body: bytes = b"") -> bytes:
        """The request with the headers of `framing` instead of a length."""
        line = b" ".join((self.method, self.target, self.version))
        return b"\r\n".join((line, *self.headers, *framing, b"", body))

    def chunked(self, random: Random, body: bytes) -> bytes:
        """The request with its body in chunks of every size."""
        pieces: list[bytes] = []
        while body:
            size = random.choice((1, 7, 100, 4_096)) if len(pieces) < _CHUNKS else len(body)
            extension = random.choice((b"", b"", b";a=b", b';a="b"'))
            piece, body = body[:size], body[size:]
            pieces.append(b"%x%b\r\n%b\r\n" % (len(piece), extension, piece))
        return self.bare(_CHUNKED, body=b"".join(pieces) + b"0\r\n\r\n")
