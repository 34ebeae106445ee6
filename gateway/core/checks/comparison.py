"""The secrets that are live, and which of them somebody has presented: bytes are compared and never
text; all of them, in constant time.
"""

import hmac
from collections.abc import Iterable, Sequence

Live = Sequence[tuple[int, bytes]]
"""The secrets there are, each with its position in the configuration; none is empty."""


def live(secrets: Iterable[bytes]) -> Live:
    """`secrets` with their positions; an empty one is never live and moves no position."""
    return [(position, secret) for position, secret in enumerate(secrets) if secret]


def matching(secrets: Live, given: bytes) -> int | None:
    """The position of the secret that is `given`; None when none is."""
    found = [position for position, secret in secrets if hmac.compare_digest(secret, given)]
    return found[0] if found and given else None
