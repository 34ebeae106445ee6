"""A template and keys → the check that a callback was signed with one of them.

The rule: the message is joined from the raw bytes, every live key is tried on every signature that
is written as the key's own version, and only then it is decided. Other versions are not looked at.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from gateway.core.checks.plain import plain_headers, seconds_since
from gateway.core.checks.signed_text import names_of, signed_text
from gateway.core.checks.template import Template, Timestamp
from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.origin import EnvelopeCheck

MOST: Final = 5
"""Signatures of one version in a header: a bound for the work, and more than a rotation needs."""
_ID = re.compile(rb"[A-Za-z0-9_-]{1,128}")


class Key(NamedTuple):
    """One live secret."""

    position: int
    """Its place in the configuration."""
    prefix: bytes
    """What stands before signatures of its version."""
    matches: Callable[[bytes, Sequence[bytes]], bool]
    """Whether one of the signatures is this key's for the message; constant in time."""


def signature_check(template: Template, keys: Sequence[Key], *, check: str) -> EnvelopeCheck:
    """The callback is signed with one of `keys`; without keys none is.

    Raises ValueError where the template could not be relied on, with what is wrong with it.
    """
    _reject(template)
    joined = signed_text(template.signed, check=check)
    header, id_header = _name(template.header), _name(template.id)
    rule, separator = template.timestamp, template.separator.encode()
    time_header = _name(rule.header) if rule else b""
    names = tuple(name for name in (header, id_header, time_header) if name)

    def prove(callback: Callback) -> Proof:
        values = plain_headers(callback, names, check=check)
        elements = _elements(values[header], separator)
        time = b""
        if rule:
            time = values[time_header] if time_header else _one_time(elements, rule, check)
            _timely(time, rule, callback.time, check=check)
        message_id = _message_id(values[id_header], check) if id_header else b""
        message = joined(callback, time, message_id)
        position = None
        for key in keys:  # all are tried, also behind the one that matches
            if key.matches(message, _behind(elements, key.prefix, check)) and position is None:
                position = key.position
        if position is None:
            raise Refused(check, "the signature is of none of the live secrets")
        return Proof(check, check, position, message_id.decode())

    return prove


def _reject(template: Template) -> None:
    names, time, separator = names_of(template.signed), template.timestamp, template.separator
    for name, given in (("timestamp", bool(time)), ("id", bool(template.id))):
        if (name in names) != given:
            raise ValueError(f"{{{name}}} in what is signed and the key {name} need each other")
    if time and bool(time.header) == bool(time.prefix):
        raise ValueError("a timestamp has either a header or a prefix")
    if time and time.prefix and not separator:
        raise ValueError("a timestamp with a prefix needs the separator of the header's elements")
    if separator and separator in template.prefix:
        raise ValueError("the separator divides the prefix, so that no signature has it")


def _name(header: str) -> bytes:
    return header.lower().encode()


def _elements(value: bytes, separator: bytes) -> list[bytes]:
    if not separator or separator not in value:
        return [value]
    return [part.strip(b" ") for part in value.split(separator)]


def _behind(elements: list[bytes], prefix: bytes, check: str) -> list[bytes]:
    found = [element[len(prefix) :] for element in elements if element.startswith(prefix)]
    if len(found) > MOST:
        raise Refused(check, f"more than {MOST} elements have the same prefix")
    return found


def _one_time(elements: list[bytes], rule: Timestamp, check: str) -> bytes:
    times = _behind(elements, rule.prefix.encode(), check)
    if len(times) != 1:
        raise Refused(check, "the signature's header must have one timestamp")
    return times[0]


def _timely(time: bytes, rule: Timestamp, now: float, *, check: str) -> None:
    away = abs(seconds_since(time, now, unit=rule.unit, check=check))
    if not away <= rule.tolerance:
        raise Refused(check, f"the timestamp is more than {rule.tolerance:g} s away")


def _message_id(given: bytes, check: str) -> bytes:
    if not _ID.fullmatch(given):
        raise Refused(check, "the message's id has characters other than A-Z a-z 0-9 _ -")
    return given
