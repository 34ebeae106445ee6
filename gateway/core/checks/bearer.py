"""The check `bearer`: a secret in `Authorization: Bearer` (RFC 6750)."""

from collections.abc import Sequence

from gateway.core.checks.authorization import credentials
from gateway.core.checks.comparison import live, matching
from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.origin import EnvelopeCheck


def bearer_check(secrets: Sequence[bytes]) -> EnvelopeCheck:
    """`Authorization: Bearer` has one of `secrets`."""
    known = live(secrets)

    def check(callback: Callback) -> Proof:
        position = matching(known, credentials(callback, b"bearer", check="bearer"))
        if position is None:
            raise Refused("bearer", "the token is none of the live secrets")
        return Proof("bearer", "bearer", secret=position)

    return check
