"""The check `basic`: HTTP's user and password (RFC 7617)."""

from base64 import b64encode
from collections.abc import Sequence

from gateway.core.checks.authorization import credentials
from gateway.core.checks.comparison import live, matching
from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.origin import EnvelopeCheck


def basic_check(user: str, secrets: Sequence[bytes]) -> EnvelopeCheck:
    """`Authorization: Basic` has `user` and one of `secrets`.

    What is compared is the encoded text: one secret has one form, and nothing is decoded.
    """
    known = [
        (position, b64encode(user.encode() + b":" + secret)) for position, secret in live(secrets)
    ]

    def check(callback: Callback) -> Proof:
        position = matching(known, credentials(callback, b"basic", check="basic"))
        if position is None:
            raise Refused("basic", "user and password are none of the live ones")
        return Proof("basic", "basic", secret=position)

    return check
