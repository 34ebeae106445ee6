"""Where a callback comes from: checks, each one small pure function that proves one thing.

Checks on the envelope see raw bytes and come before any decoding; `verify` is the only maker of a
`Verified`. Checks on the content see what the events claim. A check raises `Refused` or
returns a `Proof`; without anything to compare with, it refuses.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from gateway.core.errors import Refused
from gateway.core.model import Callback, Claims, Proof, Proven, Verified

EnvelopeCheck = Callable[[Callback], Proof]
ContentCheck = Callable[[Claims], Proof]
_Seen = TypeVar("_Seen", Callback, Claims)


def verify(callback: Callback, checks: Sequence[EnvelopeCheck]) -> Verified:
    """The callback with its proofs, when every check passes; no checks prove nothing."""
    if not checks:
        raise Refused("none", "no check is configured")
    return Verified(Proven(callback, tuple([check(callback) for check in checks])))


def any_of(checks: Sequence[Callable[[_Seen], Proof]]) -> Callable[[_Seen], Proof]:
    """One check of several: the proof is that of the first that passes; of none there is none."""
    if len(checks) == 1:
        return checks[0]

    def check(seen: _Seen) -> Proof:
        refusals = []
        for each in checks:
            try:
                return each(seen)
            except Refused as refusal:
                refusals.append(f"{refusal.check}: {refusal}")
        raise Refused("any", "; ".join(refusals) or "no check is configured")

    return check
