"""`Authorization`: the scheme in any case of letters, the credentials exactly."""

from base64 import b64encode

import pytest

from gateway.core.checks.basic import basic_check
from gateway.core.checks.bearer import bearer_check
from gateway.core.errors import Refused
from gateway.core.model import Proof
from gateway.core.origin import EnvelopeCheck
from tests.sources import SECRET, callback

PAIR = b64encode(b"ci:" + SECRET)
BASIC, BEARER = basic_check("ci", [SECRET]), bearer_check([SECRET])


def proof(check: EnvelopeCheck, value: bytes) -> Proof:
    """What is proved by the header with this value."""
    return check(callback(b"", headers=[(b"AUTHORIZATION", value)]))


@pytest.mark.parametrize("scheme", [b"Basic", b"basic", b"BASIC"])
def test_basic_is_user_and_password(scheme: bytes) -> None:
    assert proof(BASIC, scheme + b" " + PAIR) == Proof("basic", "basic", 0)
    assert proof(BASIC, scheme + b"  " + PAIR) == Proof("basic", "basic", 0)


@pytest.mark.parametrize("scheme", [b"Bearer", b"bearer"])
def test_bearer_is_a_secret(scheme: bytes) -> None:
    assert proof(BEARER, scheme + b" " + SECRET) == Proof("bearer", "bearer", 0)


@pytest.mark.parametrize(
    "value",
    [
        PAIR,
        b"Basic",
        b"Basic ",
        b"Basic" + PAIR,
        b"Basic\t" + PAIR,
        b"Bearer " + PAIR,
        b"Digest " + PAIR,
        b"Basic " + b64encode(b"cj:" + SECRET),
        b"Basic " + b64encode(b"CI:" + SECRET),
        b"Basic " + b64encode(b":" + SECRET),
        b"Basic " + b64encode(SECRET),
        b"Basic " + b64encode(b"ci:"),
        b"Basic " + b64encode(b"ci"),
        b"Basic " + b64encode(b"ci:" + SECRET + b":"),
        b"Basic " + PAIR.rstrip(b"="),
        b"Basic " + PAIR + b"=",
        b"Basic " + PAIR[:20] + b"\n" + PAIR[20:],
        b"Basic " + PAIR + b", Basic " + PAIR,
    ],
)
def test_any_other_form_of_basic_is_refused(value: bytes) -> None:
    """Also what a lenient decoder would take for the same."""
    with pytest.raises(Refused):
        proof(BASIC, value)


def test_a_user_and_a_password_may_have_any_characters() -> None:
    """In UTF-8; a colon only in the password."""
    secret = "пароль:\xff".encode()
    check = basic_check("usér", [secret])
    assert proof(check, b"Basic " + b64encode("usér:".encode() + secret)).secret == 0
