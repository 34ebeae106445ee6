"""What a source asks for in `Authorization` → the challenge in each 401 of its checks.

RFC 9110 11.6.1 wants one, and some clients send no password before they were asked for it. All of a
source's refusals have the same, since which check has refused is nobody's business.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from gateway.core.errors import Refused
from gateway.core.model import Callback
from gateway.core.pipeline import Receipted, Source
from gateway.intake.together import Process

_SCHEMES: Final = {"basic": 'Basic realm="callbacks"', "bearer": "Bearer"}


def challenge(checks: Iterable[str]) -> str:
    """The value of `WWW-Authenticate` for checks of these names; empty where none asks."""
    asked = set(checks)
    return ", ".join(scheme for name, scheme in _SCHEMES.items() if name in asked)


def challenging(process: Process, challenges: Mapping[str, str]) -> Process:
    """`process`, whose refusals have the challenge of their source; it itself without any."""
    if not any(challenges.values()):
        return process

    def asking(callbacks: Sequence[tuple[Callback, Source]]) -> list[Receipted | Exception]:
        found = process(callbacks)
        for (callback, _), made in zip(callbacks, found, strict=True):
            if isinstance(made, Refused):
                made.challenge = challenges.get(callback.source, "")
        return found

    return asking
