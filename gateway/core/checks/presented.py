"""What a callback presents → the bytes to compare, or `Refused`; and the comparison.

The rules: one header is one value, so that nobody can send two and have each reader take another;
bytes are compared and never text; all live secrets are compared, in constant time.
"""

import hmac
from collections.abc import Iterable, Sequence

from gateway.core.errors import Refused
from gateway.core.model import Callback

Live = Sequence[tuple[int, bytes]]
"""The secrets there are, each with its position in the configuration; none is empty."""


def live(secrets: Iterable[bytes]) -> Live:
    """`secrets` with their positions; an empty one is never live and moves no position."""
    return [(position, secret) for position, secret in enumerate(secrets) if secret]


def matching(secrets: Live, given: bytes) -> int | None:
    """The position of the secret that is `given`; None when none is."""
    found = [position for position, secret in secrets if hmac.compare_digest(secret, given)]
    return found[0] if found and given else None


def only_header(callback: Callback, name: bytes, *, check: str) -> bytes:
    """The value of the one header `name` (lower case). Refused: missing, empty or repeated."""
    values = [value for header, value in callback.headers if header.lower() == name]
    if len(values) != 1 or not values[0]:
        shown = name.decode("latin-1")
        raise Refused(check, f"the header {shown} must stand there once")
    return values[0]
