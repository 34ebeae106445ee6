"""Where a callback comes from: checks, each one small pure function that proves one thing.

Checks on the envelope see raw bytes and come before any decoding; `verify` is the only maker of a
`Verified`. Checks on the content see what the events claim. A check raises `Refused` or
returns a `Proof`; without anything to compare with, it refuses.
"""

import hmac
from collections.abc import Callable, Sequence

from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof, Proven, Verified
from gateway.core.provider import Claims

EnvelopeCheck = Callable[[Callback], Proof]
ContentCheck = Callable[[Claims], Proof]


def verify(callback: Callback, checks: Sequence[EnvelopeCheck]) -> Verified:
    """The callback with its proofs, when every check passes; no checks prove nothing."""
    if not checks:
        raise Refused("none", "no check is configured")
    return Verified(Proven(callback, tuple(check(callback) for check in checks)))


def token_check(secrets: Sequence[bytes]) -> EnvelopeCheck:
    """The URL's secret is one of `secrets`, all of them compared, in constant time on bytes."""
    live = [(position, secret) for position, secret in enumerate(secrets) if secret]

    def check(callback: Callback) -> Proof:
        given = callback.token
        if not given:
            raise Refused("token", "the URL has no token")
        matching = [position for position, secret in live if hmac.compare_digest(secret, given)]
        if not matching:
            raise Refused("token", "the token is none of the live secrets")
        return Proof("token", "token", secret=matching[0])

    return check


def buckets_check(buckets: Sequence[str]) -> ContentCheck:
    """Every job or run of the document is of one of `buckets`."""
    allowed = frozenset(buckets)

    def check(claims: Claims) -> Proof:
        if not claims.buckets:
            raise Refused("buckets", "the callback names no bucket")
        for bucket in claims.buckets:
            if bucket not in allowed:
                raise Refused("buckets", "the callback is of a bucket that is not listed")
        return Proof("buckets", "bucket")

    return check
