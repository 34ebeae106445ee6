"""The text of a template → a function that writes what was signed from a callback.

The rule: two callbacks with different bodies never join to the same bytes. So the body stands in
the text exactly once, and what a sender may write beside it at any length (an id, a header, a
parameter) is divided by text from its neighbours and does not contain that text.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from gateway.core.checks.plain import plain_header, plain_parameter
from gateway.core.errors import Refused
from gateway.core.model import Callback

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_KINDS: Final = "{body} {timestamp} {id} {header:Name} {query:name}"


Join = Callable[[Callback, bytes, bytes], bytes]
"""Callback, timestamp and id as they were read → the bytes that were signed."""


def signed_text(text: str, *, check: str) -> Join:
    """What writes the bytes that `text` stands for. ValueError: what is wrong with `text`."""
    pieces = _PLACEHOLDER.split(text)
    texts, names = pieces[::2], pieces[1::2]
    for mistake in _mistakes(texts, names):
        raise ValueError(mistake)
    parts = tuple(_parts(texts, names, check))
    if parts == (_body,) and not any(texts):
        return _body  # as it is: a body is large
    frame = b"%b".join(part.encode().replace(b"%", b"%%") for part in texts)
    return lambda callback, time, name: (
        frame % tuple([part(callback, time, name) for part in parts])
    )


def names_of(text: str) -> set[str]:
    """The placeholders in `text`."""
    return set(_PLACEHOLDER.findall(text))


def _mistakes(texts: list[str], names: list[str]) -> Iterator[str]:
    for name in names:
        kind, colon, argument = name.partition(":")
        takes_one = kind in ("header", "query")
        if kind not in _PARTS or bool(colon) != takes_one or bool(argument) != takes_one:
            yield f"{{{name}}} is none of {_KINDS}"
    if any(brace in text for text in texts for brace in "{}"):
        yield f"a single brace is none of {_KINDS}"
    if names.count("body") != 1:
        yield "must contain {body}, and once: the signature would not bind the body"
    last = len(names) - 1
    for index, name in enumerate(names):
        touches = (index > 0 and not texts[index]) or (index < last and not texts[index + 1])
        if touches and name not in ("body", "timestamp"):
            yield f"text must divide {{{name}}} from what stands beside it"


def _parts(texts: list[str], names: list[str], check: str) -> Iterator[Join]:
    """What stands between the texts, in its order."""
    for index, name in enumerate(names):
        before = texts[index][-1:] if index else ""
        after = texts[index + 1][:1] if index + 1 < len(names) else ""
        kind, _, argument = name.partition(":")
        yield _PARTS[kind](argument, before + after, check)


def _body(callback: Callback, _time: bytes, _id: bytes) -> bytes:
    return callback.body


def _timestamp(_argument: str, _dividers: str, _check: str) -> Join:
    return lambda _callback, time, _id: time


def _id(_argument: str, dividers: str, check: str) -> Join:
    undivided = _without(dividers, check)
    return lambda _callback, _time, name: undivided(name)


def _header(argument: str, dividers: str, check: str) -> Join:
    name, undivided = argument.lower().encode(), _without(dividers, check)

    def read(callback: Callback, _time: bytes, _id: bytes) -> bytes:
        return undivided(plain_header(callback, name, check=check))

    return read


def _query(argument: str, dividers: str, check: str) -> Join:
    undivided = _without(dividers, check)

    def read(callback: Callback, _time: bytes, _id: bytes) -> bytes:
        return undivided(plain_parameter(callback, argument, check=check))

    return read


def _without(dividers: str, check: str) -> Callable[[bytes], bytes]:
    forbidden = frozenset(each.encode() for each in dividers)

    def undivided(value: bytes) -> bytes:
        for divider in forbidden:
            if divider in value:
                raise Refused(
                    check, "a signed value contains the text that divides it from the next"
                )
        return value

    return undivided


_PARTS: Final[dict[str, Callable[[str, str, str], Join]]] = {
    "body": lambda _argument, _dividers, _check: _body,
    "timestamp": _timestamp,
    "id": _id,
    "header": _header,
    "query": _query,
}
