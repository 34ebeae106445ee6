"""A document that repeats a secret of the URL → the document with `[secret]` in its place.

Some vendors write the callback's own URL into it (`CallBack` of Tencent CI). Every live secret is
replaced wherever it stands in a text or a name, also percent-encoded, wholly or in part: while
secrets change, what came by the new one may repeat the old.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from gateway.core.model import Callback, Value

MASK: Final = "[secret]"
_AS_IT_IS = re.compile(rb"[A-Za-z0-9._~!*()$,;:@=+-]+")


def repeats(text: bytes, secret: bytes) -> bool:
    """Whether `secret` stands in `text`, as it is or percent-encoded."""
    return secret in text or (b"%" in text and secret in unquote_to_bytes(text))


def masked(document: Value, callback: Callback, secrets: Iterable[bytes]) -> Value:
    """The document without `secrets`: itself, where the callback cannot have one. Of two that begin
    alike the longer must come first."""
    for secret in secrets:
        if _may_repeat(callback, secret):
            document = _value(document, _pattern(secret))
    return document


def masked_text(text: str, secrets: Iterable[bytes]) -> str:
    """One text without `secrets`."""
    for secret in secrets:
        text = _pattern(secret).sub(MASK, text)
    return text


def _may_repeat(callback: Callback, secret: bytes) -> bool:
    """Looks for one byte before it looks for more: nearly no body has any of them."""
    body = callback.body
    return (
        repeats(body, secret)
        or (b"&" in body and b"&#" in body)
        or (b"\\" in body and b"\\u00" in body)
        or not _stands_as_it_is(secret)
        or repeats(b"\0".join([value for _, value in callback.headers]), secret)
    )


@lru_cache(maxsize=256)
def _stands_as_it_is(secret: bytes) -> bool:
    """Whether neither JSON nor XML needs to write it in another way, but for `&#` and `\\u00`."""
    return _AS_IT_IS.fullmatch(secret) is not None


def _value(value: Value, secret: re.Pattern[str]) -> Value:
    if isinstance(value, str):
        return secret.sub(MASK, value)
    if isinstance(value, dict):
        return {secret.sub(MASK, name): _value(child, secret) for name, child in value.items()}
    return [_value(child, secret) for child in value] if isinstance(value, list) else value


@lru_cache(maxsize=256)
def _pattern(secret: bytes) -> re.Pattern[str]:
    """The secret, each character of it as it is or percent-encoded."""
    text = secret.decode(errors="surrogateescape")
    return re.compile("".join(map(_spellings, text)))


def _spellings(character: str) -> str:
    encoded = character.encode(errors="surrogateescape")
    percent = "".join(f"%(?i:{byte:02x})" for byte in encoded)
    return f"(?:{re.escape(character)}|{percent})"
