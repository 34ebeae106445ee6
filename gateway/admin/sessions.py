"""A token that was shown once, in a form → a browser's session; in memory, ended by a restart.

A session ends by itself after twelve hours, and at once when its token is no longer live.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from gateway.core.checks import comparison

_SECONDS: Final = 12 * 3600.0
_MOST: Final = 256


class Session(NamedTuple):
    """What a request may rely on."""

    form_token: str
    """Every form of this session has it; no other page can know it."""
    secret: bytes
    until: float


def matching(live: Sequence[bytes], given: bytes) -> bytes | None:
    """The live secret that is `given`; all are compared, in constant time."""
    position = comparison.matching(comparison.live(live), given)
    return None if position is None else live[position]


class Sessions:
    """All of them, the oldest first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[bytes, Session] = {}

    def begin(self, secret: bytes) -> str:
        """The value of its cookie."""
        while len(self._open) >= _MOST:
            del self._open[next(iter(self._open))]
        value = secrets.token_urlsafe(32)
        until = self._clock() + _SECONDS
        self._open[_key(value)] = Session(secrets.token_urlsafe(32), secret, until)
        return value

    def find(self, value: str, live: Sequence[bytes]) -> Session | None:
        """The session of a cookie, while it lasts."""
        session = self._open.get(_key(value))
        if session is None or session.until < self._clock():
            return None
        return session if matching(live, session.secret) else None

    def end(self, value: str) -> None:
        """Of a cookie."""
        self._open.pop(_key(value), None)


def _key(value: str) -> bytes:
    return sha256(value.encode(errors="replace")).digest()
