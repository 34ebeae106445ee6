"""What trusted proxies tell of a client → its address.

`X-Forwarded-For` and `Forwarded` (RFC 7239) are read from the right: each trusted hop vouches for
the address to its left, and the first that is not trusted is the client's. What is told and is no
address (`unknown`, `_hidden`, junk) ends the reading: the last trusted fact counts, which is the
address of the hop that told it. Where both headers stand and differ, neither is believed: a proxy
that writes one of them may pass on a forged other.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final

from gateway.core.model import Callback
from gateway.core.networks import Network, address, within

MOST_HOPS: Final = 20
"""Proxies in a row that are believed; no installation has as many."""
_PORT: Final = r"(?::(?:\d{1,5}|_[A-Za-z0-9._-]+))"
_ADDRESS: Final = re.compile(
    rf"\[([0-9A-Fa-f:.]{{2,45}})\]{_PORT}?|([0-9.]{{7,15}}){_PORT}?|([0-9A-Fa-f:.]{{2,45}})",
    re.ASCII,
)
_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PAIR: Final = re.compile(
    rf'[ \t]*({_WORD})=(?:({_WORD})|"((?:[^"\\]|\\.)*)")[ \t]*([;,]|\Z)', re.ASCII
)


class Proxies:
    """The proxies whose word on a client is believed."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._is_trusted = within(networks)

    def seen(self, callback: Callback) -> Callback:
        """The callback with its client's address, if it comes from one of them."""
        if not self._is_trusted(callback.hop):
            return callback
        return callback._replace(peer=self._client(callback), proxied=True)

    def _client(self, callback: Callback) -> str:
        found = {
            self._walk(callback.hop, read(lines))
            for name, read in _FORMS.items()
            if (lines := _lines(callback, name))
        }
        return found.pop() if len(found) == 1 else callback.hop

    def _walk(self, hop: str, told: Iterator[str | None]) -> str:
        """To the left, as long as the one that tells is trusted."""
        for text in islice(told, MOST_HOPS):
            if text is None or not self._is_trusted(hop):
                break
            hop = text
        return hop


def _lines(callback: Callback, name: bytes) -> list[str]:
    """The lines of a header, in order; together they are one list."""
    return [value.decode("latin-1") for key, value in callback.headers if key.lower() == name]


def _plain(lines: Sequence[str]) -> Iterator[str | None]:
    """The addresses in `X-Forwarded-For`, from the right; None for what is none."""
    for line in reversed(lines):
        for text in reversed(line.split(",")):
            yield _address(text.strip(" \t"))


def _standard(lines: Sequence[str]) -> Iterator[str | None]:
    """The addresses in `Forwarded`, from the right; None for what is none."""
    for line in reversed(lines):
        for element in reversed(_elements(line)):
            yield _address(element.get("for", ""))


_FORMS: Final[dict[bytes, Callable[[Sequence[str]], Iterator[str | None]]]] = {
    b"x-forwarded-for": _plain,
    b"forwarded": _standard,
}


def _elements(line: str) -> list[dict[str, str]]:
    """What each proxy of a line of `Forwarded` tells; one empty one where it cannot be read."""
    elements: list[dict[str, str]] = [{}]
    position, separator = 0, ","
    while separator:
        match = _PAIR.match(line, position)
        if match is None or match[1].lower() in elements[-1]:
            return [{}]
        elements[-1][match[1].lower()] = match[2] or match[3] or ""
        position, separator = match.end(), match[4]
        if separator == ",":
            elements.append({})
    return elements


def _address(text: str) -> str | None:
    """`192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80` → the address alone."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return None
    try:
        return str(address(match[1] or match[2] or match[3]))
    except ValueError:
        return None
