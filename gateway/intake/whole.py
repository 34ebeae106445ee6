"""A callback that has come in one piece, as nearly all do → what its head says, without a parser.

Parsing it would cost more than all else that HTTP does, and much more than refusing where there are
too many. So this knows only requests that could not be plainer: `POST`, HTTP/1.1, one length,
nothing that says more of the request or its connection, visible ASCII. Of those it says what
aiohttp's parser would, and everything else is the parser's. The heads of a sender differ in a
length and an id, or not at all: those that were seen last are known.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct
from yarl import URL

from gateway.intake.target import route

_SEEN: Final = rb"!\x22$-.0->@-~"
"""What may stand in a path or query, but for the slash and the question mark."""
_TELLING: Final = (
    rb"(?:proxy-)?connection|content-(?:length|encoding)|transfer-encoding|upgrade|expect"
    rb"|sec-websocket-key1"
)
"""Fields that say where a request ends or how it is written, that more than an answer is wanted, or
that the parser does not like."""
_FIELD: Final = rb"(?!(?i:%b):)[!#$%%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*\r\n" % _TELLING
_FIELDS: Final = rb"(?:%b|(?i:connection: ?keep-alive\r\n))*" % _FIELD
_WHOLE: Final = re.compile(
    rb"POST (/callbacks/[a-zA-Z0-9_-]+(?:/[%b]*)?)(?:\?([/?%b]*))? HTTP/1\.1\r\n"
    rb"(%b(?i:content-length): ?([0-9]{1,9})\r\n%b)\r\n" % (_SEEN, _SEEN, _FIELDS, _FIELDS)
)
_NEVER_TWICE: Final = (
    *(b"\ncontent-type:", b"\ncontent-location:", b"\ncontent-range:", b"\netag:"),
    *(b"\nmax-forwards:", b"\nserver:", b"\nuser-agent:"),
)
"""As the parser has it."""
_MOST_FIELDS: Final = 64
_LONGEST: Final = 4096
"""Bytes of a head; the parser takes more of both."""
_MOST_PARAMETERS: Final = 32
"""Of a query: hundreds would make a head that is kept a hundred times as large as it came."""


class Head(Struct, frozen=True, gc=False):
    """Of a request; everything as the parser has it."""

    source: str
    token: bytes | None
    """As `route` has it."""
    headers: tuple[tuple[bytes, bytes], ...]
    query: Mapping[str, str]
    size: int
    """Bytes of the head itself."""
    length: int
    """Bytes of the body."""


def head_of(data: bytes) -> Head | None:
    """The head of `data` where that is one whole callback; None where it may be anything else, more
    than one request or less."""
    head = _read(data[: data.find(b"\r\n\r\n", 0, _LONGEST) + 4])
    return head if head is not None and head.size + head.length == len(data) else None


@lru_cache(maxsize=128)
def _read(head: bytes) -> Head | None:
    """None of what is not plain."""
    whole = _WHOLE.fullmatch(head)
    if whole is None:
        return None
    lower = head.lower()
    if lower.count(b"\nhost:") != 1 or lower.count(b"\n") > _MOST_FIELDS:
        return None
    if any(lower.count(field) > 1 for field in _NEVER_TWICE):
        return None
    path, query = whole[1].decode(), (whole[2] or b"").decode()
    if query.count("&") >= _MOST_PARAMETERS:
        return None
    source, token = route(path, query)
    asked = URL.build(path=path, query_string=query, encoded=True).query if query else {}
    fields = [line.partition(b":") for line in whole[3].split(b"\r\n")[:-1]]
    headers = tuple([(name, value.strip(b" \t")) for name, _, value in fields])
    return Head(source, token, headers, asked, len(head), int(whole[4]))
