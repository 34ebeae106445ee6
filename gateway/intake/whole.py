"""A callback that has come in one piece, as nearly all do → whose it is, without a parser.

Where callbacks are refused because there are too many, parsing one would cost more than all else
that is done about it. So this knows only requests that could not be plainer, and of those no more
than where they end and which source they name; everything else is the parser's.
"""

import re
from functools import lru_cache
from typing import Final

_SEEN: Final = rb"!\x22$-.0->@-~"
"""What may stand in a path or query, but for the slash and the question mark."""
_TELLING: Final = (
    rb"(?:proxy-)?connection|content-length|transfer-encoding|upgrade|expect|sec-websocket-key1"
)
"""Fields that say where a request ends, that more than an answer is wanted, or that the parser
does not like."""
_FIELD: Final = rb"(?!(?i:%b):)[!#$%%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*\r\n" % _TELLING
_FIELDS: Final = rb"(?:%b|(?i:connection: ?keep-alive\r\n))*" % _FIELD
_WHOLE: Final = re.compile(
    rb"POST /callbacks/([a-zA-Z0-9_-]+)(?:/[%b]*)?(?:\?[/?%b]*)? HTTP/1\.1\r\n"
    rb"%b(?i:content-length): ?([0-9]{1,9})\r\n%b\r\n" % (_SEEN, _SEEN, _FIELDS, _FIELDS)
)
_NEVER_TWICE: Final = (
    *(b"\ncontent-type:", b"\ncontent-location:", b"\ncontent-range:", b"\netag:"),
    *(b"\nmax-forwards:", b"\nserver:", b"\nuser-agent:"),
)
"""As the parser has it."""
_MOST_FIELDS: Final = 64
_LONGEST: Final = 4096
"""Bytes of a head; the parser takes more of both."""


def source_of(data: bytes) -> str:
    """The source that `data` names where that is one whole callback; "" where it may be anything
    else, more than one request or less."""
    end = data.find(b"\r\n\r\n", 0, _LONGEST) + 4
    source, size = _read(data[:end])
    return source if end + size == len(data) else ""


@lru_cache(maxsize=256)
def _read(head: bytes) -> tuple[str, int]:
    """The source and the length of the body; ("", 0) of what is not plain. A sender's heads differ
    in their length alone."""
    whole = _WHOLE.fullmatch(head)
    if whole is None:
        return "", 0
    head = head.lower()
    if head.count(b"\nhost:") != 1 or head.count(b"\n") > _MOST_FIELDS:
        return "", 0
    for field in _NEVER_TWICE:
        if head.count(field) > 1:
            return "", 0
    return whole[1].decode(), int(whole[2])
