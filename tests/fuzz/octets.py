"""Mutations of bytes: damage, splices, and text in other encodings than it says."""

from collections.abc import Callable
from random import Random
from typing import Final

ByteChange = Callable[[Random, bytearray], None]

_TOKENS: Final = (
    *(
        b"<",
        b">",
        b"</",
        b"/>",
        b"&",
        b";",
        b'"',
        b"'",
        b"=",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"-->",
    ),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\\",
        b"\\u",
        b"\\ud83d",
        b"null",
        b"NaN",
        b"1e999",
        b"-",
    ),
    *(
        b"\x00",
        b"\xff",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80",
    ),
    *(
        b"\xe4\xb8",
        b"\x80",
        b"\x81\x30",
        b"\r\n\r\n",
        b"\x1b",
        b"<?xml ",
        b"<!DOCTYPE ",
        b"%",
        b"\x7f",
    ),
)


def _span(random: Random, data: bytearray) -> slice:
    start = random.randrange(len(data) + 1)
    return slice(start, start + random.choice((1, 1, 1, 2, 3, 8, 40, 400)))


def _flip(random: Random, data: bytearray) -> None:
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _set(random: Random, data: bytearray) -> None:
    data[random.randrange(len(data))] = random.randrange(256)


def _delete(random: Random, data: bytearray) -> None:
    del data[_span(random, data)]


def _insert(random: Random, data: bytearray) -> None:
    at = random.randrange(len(data) + 1)
    data[at:at] = random.choice(_TOKENS)


def _overwrite(random: Random, data: bytearray) -> None:
    data[_span(random, data)] = random.choice(_TOKENS)


def _repeat(random: Random, data: bytearray) -> None:
    piece = _span(random, data)
    data[piece.start : piece.start] = data[piece] * random.choice((1, 1, 2, 20))


def _move(random: Random, data: bytearray) -> None:
    piece = _span(random, data)
    moved = bytes(data[piece])
    del data[piece]
    at = random.randrange(len(data) + 1)
    data[at:at] = moved


_CHANGES: Final[tuple[ByteChange, ...]] = (
    *(_flip, _set, _delete, _insert, _overwrite, _repeat, _move),
)


def damaged(random: Random, body: bytes) -> bytes:
    """`body` with up to eight damages; sometimes of two bytes only."""
    data = bytearray(body)
    for _ in range(random.choice((1, 1, 2, 3, 8))):
        if data:
            random.choice(_CHANGES)(random, data)
    return bytes(data)


def truncated(random: Random, body: bytes) -> bytes:
    """The beginning or the end of a body."""
    at = random.randrange(len(body) + 1)
    return body[:at] if random.random() < 0.8 else body[at:]


def spliced(random: Random, one: bytes, other: bytes) -> bytes:
    """The beginning of one body and the end of another."""
    return one[: random.randrange(len(one) + 1)] + other[random.randrange(len(other) + 1) :]


_CODECS: Final = (
    *("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-7"),
    *("gbk", "gb18030", "gb2312", "big5", "shift_jis", "latin-1", "cp1252", "cp037", "utf-8"),
)
_DECLARED: Final = (
    *("UTF-8", "utf-8", "GBK", "GB2312", "gb18030", "UTF-16", "UTF-7", "ISO-8859-1", "US-ASCII"),
    *("Big5", "windows-1252", "cp037", "x-none", "", "UTF-8 ", "utf8", "GBK\x00", "é"),
)


def recoded(random: Random, text: str) -> bytes:
    """`text` with some Chinese in it, in any encoding, which an XML declaration may name or not."""
    if random.random() < 0.7:
        text = text.replace("Success", "成功", 1)
    if text.startswith("<") and random.random() < 0.7:
        text = f'<?xml version="1.0" encoding="{random.choice(_DECLARED)}"?>' + text
    mark = random.choice((b"", b"", b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\x84\x31\x95\x33"))
    return mark + text.encode(random.choice(_CODECS), "replace")
