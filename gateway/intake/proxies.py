"""What trusted proxies tell of a client → its address.

`X-Forwarded-For` and `Forwarded` (RFC 7239) are read from the right: each trusted hop vouches for
the address to its left, and the first that is not trusted is the client's. What is told and is no
address (`unknown`, `_hidden`, junk) ends the reading: the last trusted fact counts, which is the
address of the hop that told it. Where both headers stand and differ, neither is believed: a proxy
that writes one of them may pass on a forged other. A chain of more hops than any installation has
is refused, however few of them are trusted.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import structs

from gateway.core.errors import Refused
from gateway.core.model import Callback
from gateway.core.networks import Network, address, within

MOST_HOPS: Final = 20
"""In all the lines of a header together."""
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
        """The callback with its client's address, if it comes from one of them.

        Raises Refused where that one tells of more than `MOST_HOPS`.
        """
        if not self._is_trusted(callback.hop):
            return callback
        return structs.replace(callback, peer=self._client(callback), proxied=True)

    def _client(self, callback: Callback) -> str:
        found = {
            self._walk(callback.hop, told)
            for name, texts in _FORMS.items()
            if (told := [text for line in _lines(callback, name) for text in texts(line)])
        }
        return found.pop() if len(found) == 1 else callback.hop

    def _walk(self, hop: str, told: list[str]) -> str:
        """To the left, as long as the one that tells is trusted."""
        if len(told) > MOST_HOPS:
            raise Refused("addresses", f"a proxy tells of more than {MOST_HOPS} hops")
        for text in reversed(told):
            found = _address(text) if self._is_trusted(hop) else None
            if found is None:
                break
            hop = found
        return hop


def _lines(callback: Callback, name: bytes) -> list[str]:
    """The lines of a header, in order; together they are one list."""
    return [value.decode("latin-1") for key, value in callback.headers if key.lower() == name]


def _plain(line: str) -> list[str]:
    """What stands for addresses in a line of `X-Forwarded-For`."""
    return [text.strip(" \t") for text in line.split(",")]


def _standard(line: str) -> list[str]:
    """What stands for addresses in a line of `Forwarded`."""
    return [element.get("for", "") for element in _elements(line)]


_FORMS: Final[dict[bytes, Callable[[str], Sequence[str]]]] = {
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
