"""A running gateway's admin port → what it says of itself."""

from http.client import HTTPConnection, HTTPException
from typing import Any, Final

import orjson

from gateway.settings import Address

_LARGEST: Final = 1 << 16
"""Bytes of an answer: on the port may be anybody."""
_ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound: connected to


def asked(
    admin: Address, path: str, *, seconds: float, largest: int | None = _LARGEST
) -> dict[str, Any]:
    """The JSON object that is answered within `seconds` for each step; empty where there is none,
    or where it has more than `largest` bytes (None: however many)."""
    connection = HTTPConnection(_ANY.get(admin.host, admin.host), admin.port, timeout=seconds)
    try:
        connection.request("GET", path)
        told = orjson.loads(connection.getresponse().read(largest))
    except (OSError, HTTPException, orjson.JSONDecodeError):
        return {}
    finally:
        connection.close()
    return told if isinstance(told, dict) else {}
