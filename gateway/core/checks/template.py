"""A template: how a vendor signs, declared. `signature` verifies by it, `gateway.signing` signs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

TOLERANCE: Final = 300.0
"""Seconds; what most vendors recommend."""


class Algorithm(StrEnum):
    """The hash of the HMAC."""

    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class Encoding(StrEnum):
    """How the bytes of a signature are written."""

    HEX = "hex"
    UPPER_HEX = "upper-hex"
    BASE64 = "base64"
    BASE64URL = "base64url"


class Unit(StrEnum):
    """What a timestamp counts since 1970."""

    SECONDS = "s"
    MILLISECONDS = "ms"


PER_SECOND: Final = {Unit.SECONDS: 1, Unit.MILLISECONDS: 1000}


@dataclass(frozen=True, slots=True)
class Timestamp:
    """Where the time of signing stands: in a `header` of its own, or behind a `prefix`."""

    header: str = ""
    prefix: str = ""
    """Such as `t=`: of the one element of the signature's header that is the time."""
    unit: Unit = Unit.SECONDS
    tolerance: float = TOLERANCE
    """How many seconds it may be from the reception, in both directions."""


@dataclass(frozen=True, slots=True)
class Template:
    """What is signed, with which hash, and where the signature stands."""

    header: str
    """The header with the signature."""
    signed: str = "{body}"
    """Text with `{body}`, `{timestamp}`, `{id}`, `{header:Name}` and `{query:name}`."""
    prefix: str = ""
    """What stands before a signature, such as `sha256=`; elements without it are not looked at."""
    separator: str = ""
    """What divides the elements of the header; empty where there is only one."""
    algorithm: Algorithm = Algorithm.SHA256
    encoding: Encoding = Encoding.HEX
    timestamp: Timestamp | None = None
    id: str = ""
    """The header with the message's id, where that is signed."""
