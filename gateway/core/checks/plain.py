"""Values that a sender wrote → plain bytes with one reading, or `Refused`.

The rule: what a signature covers must read the same to everybody, so a value stands there once, is
printable ASCII of at most `LONGEST` bytes, and a time has one spelling.
"""

import re
from collections.abc import Sequence
from typing import Final

from gateway.core.checks.template import PER_SECOND, Unit
from gateway.core.errors import Refused
from gateway.core.model import Callback

LONGEST: Final = 1024
_PLAIN = re.compile(rb"[\x20-\x7e]{1,%d}" % LONGEST)
_UNIX_TIME = re.compile(rb"[1-9][0-9]{0,15}")


def plain_headers(callback: Callback, names: Sequence[bytes], *, check: str) -> dict[bytes, bytes]:
    """The values of the headers `names` (lower case), each there once; in one pass over all."""
    found: dict[bytes, bytes] = {}
    for given, value in callback.headers:
        name = given.lower()
        if name in names:
            if name in found:
                raise Refused(check, f"the header {name.decode()} stands there more than once")
            found[name] = value
    return {name: _plain(found.get(name), "header", name, check=check) for name in names}


def plain_header(callback: Callback, name: bytes, *, check: str) -> bytes:
    """The value of the one header `name` (lower case)."""
    return plain_headers(callback, (name,), check=check)[name]


def plain_parameter(callback: Callback, name: str, *, check: str) -> bytes:
    """The value of the one query parameter `name`."""
    values = [value for given, value in callback.query.items() if given == name]
    if len(values) > 1:
        raise Refused(check, f"the parameter {name} stands there more than once")
    value = values[0].encode(errors="surrogatepass") if values else None
    return _plain(value, "parameter", name.encode(), check=check)


def unix_time(given: bytes, *, check: str, unit: Unit = Unit.SECONDS) -> float:
    """Unix seconds. No sign, fraction or leading zero: its digits end where the text goes on."""
    if not _UNIX_TIME.fullmatch(given):
        raise Refused(check, "the timestamp is not a Unix time")
    return int(given) / PER_SECOND[unit]


def _plain(value: bytes | None, kind: str, name: bytes, *, check: str) -> bytes:
    if value is None:
        raise Refused(check, f"there is no {kind} {name.decode()}")
    if not _PLAIN.fullmatch(value):
        shown = f"{kind} {name.decode()}"
        raise Refused(check, f"the {shown} is not printable ASCII of 1 to {LONGEST} bytes")
    return value
