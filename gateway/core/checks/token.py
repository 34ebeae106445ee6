"""The check `token`: a secret that the sender was told, in the URL or in a header of its own."""

from collections.abc import Sequence

from gateway.core.checks.comparison import live, matching
from gateway.core.checks.presented import only_header
from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.origin import EnvelopeCheck


def token_check(secrets: Sequence[bytes], *, header: str = "") -> EnvelopeCheck:
    """The token is one of `secrets`; with `header` it is read there and nowhere else."""
    known, name = live(secrets), header.lower().encode()

    def check(callback: Callback) -> Proof:
        given = only_header(callback, name, check="token") if name else callback.token
        if not given:
            raise Refused("token", "the URL has no token")
        position = matching(known, given)
        if position is None:
            raise Refused("token", "the token is none of the live secrets")
        return Proof("token", "token", secret=position)

    return check
