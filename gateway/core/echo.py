"""A document that repeats a secret of the URL → the document with `[secret]` in its place.

Some vendors write the callback's own URL into it (`CallBack` of Tencent CI). Every live secret is
replaced wherever it stands in a text or a name, also percent-encoded, wholly or in part: while
secrets change, what came by the new one may repeat the old.
"""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from gateway.core.model import Callback, Value

MASK: Final = "[secret]"
Secrets = tuple[bytes, ...]
"""Of two that begin alike the longer one must stand first."""
_AS_IT_IS = re.compile(rb"[A-Za-z0-9._~!*()$,;:@=+-]+")


def repeats(text: bytes, secrets: Secrets) -> bool:
    """Whether one of them stands in `text`, as it is or percent-encoded."""
    return _has(text, secrets) or (b"%" in text and _has(unquote_to_bytes(text), secrets))


def masked(document: Value, callback: Callback, secrets: Secrets) -> Value:
    """The document without `secrets`: itself, where the callback cannot have one."""
    if not secrets or not _may_repeat(callback, secrets):
        return document
    return _value(document, _pattern(secrets))


def masked_text(text: str, secrets: Secrets) -> str:
    """One text without `secrets`."""
    return _pattern(secrets).sub(MASK, text) if secrets else text


def _has(text: bytes, secrets: Secrets) -> bool:
    for secret in secrets:  # noqa: SIM110 - a generator costs more than all of it
        if secret in text:
            return True
    return False


def _may_repeat(callback: Callback, secrets: Secrets) -> bool:
    """Looks for one byte before it looks for more: nearly no body has any of them."""
    body = callback.body
    return (
        repeats(body, secrets)
        or (b"&" in body and b"&#" in body)
        or (b"\\" in body and b"\\u00" in body)
        or not _stand_as_they_are(secrets)
        or repeats(b"\0".join([value for _, value in callback.headers]), secrets)
    )


@lru_cache(maxsize=256)
def _stand_as_they_are(secrets: Secrets) -> bool:
    """Whether neither JSON nor XML needs to write them in another way, but for `&#` and `\\u00`."""
    return all(map(_AS_IT_IS.fullmatch, secrets))


def _value(value: Value, secret: re.Pattern[str]) -> Value:
    if isinstance(value, str):
        return secret.sub(MASK, value)
    if isinstance(value, dict):
        return {secret.sub(MASK, name): _value(child, secret) for name, child in value.items()}
    return [_value(child, secret) for child in value] if isinstance(value, list) else value


@lru_cache(maxsize=256)
def _pattern(secrets: Secrets) -> re.Pattern[str]:
    """Any of them, each character of it as it is or percent-encoded."""
    texts = (secret.decode(errors="surrogateescape") for secret in secrets)
    return re.compile("|".join("".join(map(_spellings, text)) for text in texts))


def _spellings(character: str) -> str:
    encoded = character.encode(errors="surrogateescape")
    percent = "".join(f"%(?i:{byte:02x})" for byte in encoded)
    return f"(?:{re.escape(character)}|{percent})"
