"""Values that a sender wrote → plain bytes with one reading, or `Refused`.

The rule: what a signature covers must read the same to everybody, so a value stands there once, is
printable ASCII of at most `LONGEST` bytes, and a time has one spelling.
"""

import re
from collections.abc import Collection
from typing import Final

from gateway.core.checks.template import PER_SECOND, Unit
from gateway.core.errors import Refused
from gateway.core.model import Callback

LONGEST: Final = 1024
_is_plain = re.compile(rb"[\x20-\x7e]{1,%d}" % LONGEST).fullmatch
_is_unix_time = re.compile(rb"[1-9][0-9]{0,15}").fullmatch


def plain_headers(
    callback: Callback, names: Collection[bytes], *, check: str
) -> dict[bytes, bytes]:
    """The values of the headers `names` (lower case), each there once; in one pass over all."""
    found: dict[bytes, bytes] = {}
    for given, value in callback.headers:
        name = given.lower()
        if name in names:
            if name in found:
                raise Refused(check, f"the header {name.decode()} stands there more than once")
            found[name] = value
    for name in names:
        if name not in found or not _is_plain(found[name]):
            raise _strange(found.get(name), f"header {name.decode()}", check)
    return found


def plain_header(callback: Callback, name: bytes, *, check: str) -> bytes:
    """The value of the one header `name` (lower case)."""
    return plain_headers(callback, (name,), check=check)[name]


def plain_parameter(callback: Callback, name: str, *, check: str) -> bytes:
    """The value of the one query parameter `name`."""
    values = [value for given, value in callback.query.items() if given == name]
    if len(values) > 1:
        raise Refused(check, f"the parameter {name} stands there more than once")
    value = values[0].encode(errors="surrogatepass") if values else None
    if value is None or not _is_plain(value):
        raise _strange(value, f"parameter {name}", check)
    return value


def seconds_since(given: bytes, now: float, *, check: str, unit: Unit = Unit.SECONDS) -> float:
    """From the Unix time `given` to `now`; below 0 where it is ahead; no number for an odd `now`.

    No sign, fraction or leading zero: its digits end where the text goes on. Of `now` whole units
    count, as of a time that was signed: else one of exactly the tolerance would be too old.
    """
    if not _is_unix_time(given):
        raise Refused(check, "the timestamp is not a Unix time")
    return (now * PER_SECOND[unit] // 1 - int(given)) / PER_SECOND[unit]


def _strange(value: bytes | None, shown: str, check: str) -> Refused:
    if value is None:
        return Refused(check, f"there is no {shown}")
    return Refused(check, f"the {shown} is not printable ASCII of 1 to {LONGEST} bytes")
