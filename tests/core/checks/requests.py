"""A callback with the envelope that a test wants to see checked."""

from collections.abc import Mapping
from typing import Final

from msgspec import structs

from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.origin import EnvelopeCheck
from gateway.signing import Signed
from tests.sources import callback

NOW: Final = 1_700_000_000


def request(
    body: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    query: Mapping[str, str] | None = None,
    time: float = NOW,
) -> Callback:
    """Received at `time`."""
    pairs = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return structs.replace(callback(body, token=None, headers=pairs), query=query or {}, time=time)


def sent(signed: Signed, *, time: float = NOW) -> Callback:
    """What was signed, received at `time`."""
    return request(signed.body, signed.headers, query=signed.query, time=time)


def verdict(check: EnvelopeCheck, seen: Callback) -> Proof | str:
    """The proof, or the words of the refusal."""
    try:
        return check(seen)
    except Refused as refused:
        return str(refused)
