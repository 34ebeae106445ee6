"""The check `user_data`: every event carries a text that a submitter of ours has signed.

What it proves is that the job was submitted by one who has the secret. The text signed then stands
for the original: the proof says so, and only what a proof says is published in place of the signed.
"""

from collections.abc import Sequence

from gateway.core.checks.comparison import Live, live
from gateway.core.checks.signed_user_data import Opened, opened
from gateway.core.errors import Refused
from gateway.core.model import Claims, Proof
from gateway.core.origin import ContentCheck

_NAME = "user_data"


def user_data_check(secrets: Sequence[bytes]) -> ContentCheck:
    """The user data of every event is signed with one of `secrets` and has not expired."""
    known = live(secrets)

    def check(claims: Claims) -> Proof:
        signed = {text: _authentic(text, known, claims.time) for text in claims.user_data}
        if not signed:
            raise Refused(_NAME, "the callback has no event")
        return Proof(
            _NAME,
            _NAME,
            secret=max(one.secret for one in signed.values()),
            originals=tuple((text, one.value) for text, one in signed.items() if text),
        )

    return check


def _authentic(text: str | None, secrets: Live, time: float) -> Opened:
    if text is None:
        raise Refused(_NAME, "an event carries no user data")
    found = opened(text, secrets)
    if found is None:
        raise Refused(_NAME, "the user data is signed with none of the live secrets")
    if not 0 < time < found.expiry:
        raise Refused(_NAME, "the signature of the user data has expired")
    return found
