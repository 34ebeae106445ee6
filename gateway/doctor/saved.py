"""A request in a file, as HTTP has it → its line, its headers and its body.

Lines end with CRLF, or with LF where an editor wrote them.
"""

import re
from typing import Final, NamedTuple

from gateway.core.errors import GatewayError

_END: Final = re.compile(rb"\r?\n\r?\n")
_HEADER: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r]*?)[ \t]*").fullmatch
_LINE: Final = re.compile(rb"([A-Z]+) (\S+) HTTP/\d\.\d").fullmatch


class NotARequestError(GatewayError):
    """The file is no HTTP request."""


class Saved(NamedTuple):
    """Its parts, as they stand there."""

    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def saved(content: bytes) -> Saved:
    """The request in a file's content. Raises NotARequestError."""
    end = _END.search(content)
    lines = content[: end.start()].replace(b"\r\n", b"\n").split(b"\n") if end else []
    line = _LINE(lines[0]) if lines else None
    if end is None or line is None:
        raise NotARequestError("begins with no POST /callbacks/… HTTP/1.1, or has no empty line")
    headers = []
    for number, text in enumerate(lines[1:], 2):
        header = _HEADER(text)
        if header is None:
            raise NotARequestError(f"has a line {number} that is no header")
        headers.append((header[1], header[2]))
    return Saved(line[2], tuple(headers), content[end.end() :])
