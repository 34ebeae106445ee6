"""The token: what opens, what does not, and which of the live secrets it was."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.checks.token import token_check
from gateway.core.errors import Reason, Refused
from tests.sources import SECRET, callback

LAW = settings(deadline=None)

OTHER = b"0e7c1b9a3d5f42688d6a4c2e1f3b5d79"


def position(token: bytes | None, secrets: Sequence[bytes]) -> int | None:
    """Which of `secrets` the token matched; `Refused` when none."""
    proof = token_check(secrets)(callback(b"", token=token))
    assert (proof.check, proof.proved) == ("token", "token")
    return proof.secret


def refused(token: bytes | None, secrets: Sequence[bytes]) -> None:
    """The token opens nothing, and the refusal says neither it nor a secret."""
    with pytest.raises(Refused) as refusal:
        position(token, secrets)
    assert (refusal.value.check, refusal.value.reason) == ("token", Reason.UNAUTHENTICATED)
    assert refusal.value.status == 401
    told = {"the URL has no token", "the token is none of the live secrets"}
    assert str(refusal.value) in told


def test_every_live_secret_is_accepted_and_its_position_told() -> None:
    """So that an old one can be retired when nobody uses it any more."""
    secrets = [SECRET, OTHER, b"third-secret"]
    assert [position(secret, secrets) for secret in secrets] == [0, 1, 2]


def test_an_empty_secret_is_never_live_and_moves_no_position() -> None:
    """Neither alone nor among others."""
    assert position(OTHER, [b"", OTHER]) == 1
    for token in (b"", None):
        refused(token, [b"", OTHER])
        refused(token, [b""])


@pytest.mark.parametrize("token", [None, b"", b" ", SECRET, b"\0", b"None"])
def test_no_secret_accepts_nothing(token: bytes | None) -> None:
    """A check without anything to compare with refuses."""
    refused(token, [])


@pytest.mark.parametrize(
    "token",
    [
        None,
        b"",
        b" ",
        SECRET[:-1],
        SECRET[1:],
        SECRET + b"0",
        SECRET + b"\n",
        SECRET + b"\0",
        b" " + SECRET,
        SECRET.upper(),
        SECRET * 2,
        SECRET + b"," + OTHER,
        b"x" * 1_000_000,
        "６f1d0c8a54b24f0e9c3b7a2d51e8f490".encode(),
        b"\xff\xfe\x00",
        b"\xed\xa0\x80",
        "пароль".encode(),
    ],
)
def test_any_other_token_is_refused(token: bytes | None) -> None:
    """Missing, empty, cut, longer, in other letters, in other bytes: `Refused` and nothing else."""
    refused(token, [SECRET, OTHER])


def test_a_secret_of_any_bytes_works() -> None:
    """Non-ASCII secrets too: the comparison is of bytes."""
    for secret in ("пароль".encode(), b"\xff\x00\xfe", b" ", b"x" * 10_000):
        assert position(secret, [OTHER, secret]) == 1


@LAW
@given(st.binary(max_size=40), st.lists(st.binary(max_size=40), max_size=4))
def test_a_token_is_accepted_only_when_it_is_a_secret(token: bytes, secrets: list[bytes]) -> None:
    """And not empty."""
    if token and token in secrets:
        assert position(token, secrets) == secrets.index(token)
    else:
        refused(token, secrets)


@LAW
@given(st.integers(0, len(SECRET) * 8 - 1))
def test_one_changed_bit_is_refused(bit: int) -> None:
    """Wherever it is."""
    changed = bytearray(SECRET)
    changed[bit // 8] ^= 1 << bit % 8
    refused(bytes(changed), [SECRET])


def test_with_a_header_the_token_of_the_url_opens_nothing() -> None:
    """And the other way round: a check reads in one place."""
    header = [(b"X-GATE", SECRET)]
    assert token_check([SECRET], header="x-gate")(callback(b"", token=None, headers=header))
    for check, seen in (
        (token_check([SECRET], header="X-Gate"), callback(b"")),
        (token_check([SECRET], header="X-Gate"), callback(b"", headers=[(b"X-Gat", SECRET)])),
        (token_check([SECRET]), callback(b"", token=None, headers=header)),
    ):
        with pytest.raises(Refused):
            check(seen)
