"""The spellings a configuration uses → typed values: sizes, durations, addresses, names, paths.

Each type is one annotated name for the models, with the pattern that editors check by. Parsers
raise `ValueError` with what would have been right. What a value needs from outside the file (the
environment, the file's folder, the providers there are) is passed in as `Surroundings`.
"""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

_SIZES = {
    "B": 1,
    **{f"{prefix}B": 1000**power for power, prefix in enumerate("kMGT", 1)},
    **{f"{prefix}iB": 1024**power for power, prefix in enumerate("KMGT", 1)},
    "KB": 1000,
}
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SIZE = re.compile(rf"(\d+(?:\.\d+)?) ?({'|'.join(_SIZES)})", re.ASCII)
_DURATION = re.compile(rf"(\d+(?:\.\d+)?) ?({'|'.join(_SECONDS)})", re.ASCII)
_ELEMENT = re.compile(r"[A-Za-z0-9_@:-]+(\.[A-Za-z0-9_@:-]+)*")
_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})", re.ASCII)

SMALLEST_JOURNAL: Final = 128 << 10
"""Bytes: in half of it not one callback finds room beside the empty tables."""
PERSONAL: Final = "personal"
"""In `redact`: whatever the provider knows to be personal data."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the configuration file refers to but does not contain."""

    environ: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()
    """Where the file lies: relative paths in it start here."""
    providers: Collection[str] | None = None
    """The names a source's `provider` may have; None leaves them unchecked."""


def surroundings(info: ValidationInfo) -> Surroundings:
    """What `load` passed in; nothing at all for a value that is built in code."""
    return info.context if isinstance(info.context, Surroundings) else Surroundings()


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen or to connect: a name or number without brackets, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def size(value: object) -> int:
    """`1MiB`, `500MB` or a whole number → bytes, at least 1."""
    amount = value if isinstance(value, int) and not isinstance(value, bool) else 0
    if isinstance(value, str) and (match := _SIZE.fullmatch(value)):
        amount = int(float(match[1]) * _SIZES[match[2]])
    if amount < 1:
        raise ValueError("must be a size such as 1MiB, 500MB or a number of bytes")
    return amount


def _roomy(value: int) -> int:
    if value < SMALLEST_JOURNAL:
        raise ValueError("must be 128KiB or more: a smaller journal is full at once")
    return value


def seconds(value: object) -> float:
    """`10m`, `7d`, `1.5s` → seconds, at least 0. A number without a unit would be a guess."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("must be a duration with its unit, such as 500ms, 10s, 5m, 12h or 7d")
    return float(match[1]) * _SECONDS[match[2]]


def address(value: object) -> Address:
    """`0.0.0.0:8080`, `[::1]:8080`, `name:0` → Address."""
    if isinstance(value, Address):
        return value
    match = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[3]) > 65535 or (match[1] and not _is_ipv6(match[1])):
        raise ValueError('must be host:port, such as "0.0.0.0:8080" or "[::1]:8080" (in quotes)')
    return Address(match[1] or match[2], int(match[3]))


def _is_ipv6(text: str) -> bool:
    try:
        return bool(IPv6Address(text).exploded)
    except ValueError:
        return False


def network(value: object) -> IPv4Network | IPv6Network:
    """`10.0.0.0/8`, `fd00::/8` or a single address → network."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str):
        raise ValueError("must be an address or a network such as 10.0.0.0/8")  # noqa: TRY004
    return ip_network(value)


def _positive(value: float) -> float:
    if value <= 0:
        raise ValueError("must be longer than 0")
    return value


def _connectable(value: Address) -> Address:
    if value.port == 0:
        raise ValueError("must name a port from 1 to 65535")
    return value


def _path(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not str(value):
        raise ValueError("must be the path of a file")
    return surroundings(info).folder / value


def _readable(value: Path) -> Path:
    if not value.is_file() or not os.access(value, os.R_OK):
        raise ValueError(f"{value} is not a file that can be read")
    return value


def _provider(value: str, info: ValidationInfo) -> str:
    known = surroundings(info).providers
    if known is not None and value not in known:
        raise ValueError(f"unknown provider; known are {', '.join(sorted(known))}")
    return value


def _element(value: str) -> str:
    if not _ELEMENT.fullmatch(value):
        raise ValueError(
            f"must be {PERSONAL}, an element such as UserInfo, or a path such as UserInfo.IP, "
            "without positions in lists"
        )
    return value


def _topic(value: str) -> str:
    if value in {".", ".."}:
        raise ValueError("must not be . or ..")
    return value


_Text = PlainSerializer(str)
_SIZE_SCHEMA = {"type": ["string", "integer"], "pattern": f"^{_SIZE.pattern}$", "minimum": 1}
_DURATION_SCHEMA = {"type": "string", "pattern": f"^{_DURATION.pattern}$"}
_ADDRESS_SCHEMA = {"type": "string", "pattern": f"^{_ADDRESS.pattern}$"}
_NETWORK_SCHEMA = {"type": "string", "pattern": "^[0-9A-Fa-f:.]+(/\\d+)?$"}
_ELEMENT_SCHEMA = {"type": "string", "pattern": f"^{_ELEMENT.pattern}$"}
_PATH_SCHEMA = {"type": "string", "minLength": 1}

Size = Annotated[int, PlainValidator(size), WithJsonSchema(_SIZE_SCHEMA)]
JournalSize = Annotated[
    int,
    PlainValidator(size),
    AfterValidator(_roomy),
    WithJsonSchema(_SIZE_SCHEMA | {"minimum": SMALLEST_JOURNAL}),
]
Duration = Annotated[float, PlainValidator(seconds), WithJsonSchema(_DURATION_SCHEMA)]
"""Seconds."""
LongDuration = Annotated[Duration, AfterValidator(_positive)]
"""Seconds, more than 0."""
Listen = Annotated[Address, PlainValidator(address), _Text, WithJsonSchema(_ADDRESS_SCHEMA)]
Broker = Annotated[Listen, AfterValidator(_connectable)]
Network = Annotated[
    IPv4Network | IPv6Network, PlainValidator(network), _Text, WithJsonSchema(_NETWORK_SCHEMA)
]
FilePath = Annotated[Path, PlainValidator(_path), WithJsonSchema(_PATH_SCHEMA)]
ReadableFile = Annotated[FilePath, AfterValidator(_readable)]
Provider = Annotated[str, AfterValidator(_provider)]
Text = Annotated[str, StringConstraints(min_length=1)]
ElementName = Annotated[str, AfterValidator(_element), WithJsonSchema(_ELEMENT_SCHEMA)]
"""An element of a callback by its name, or by the end of its path."""
SourceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
TopicName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,249}$"), AfterValidator(_topic)
]
