"""Where a callback comes from: what is refused, what is proved, and nothing by default."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.errors import Reason, Refused
from gateway.core.model import Proof
from gateway.core.origin import buckets_check, token_check, verify
from gateway.core.pipeline import process
from gateway.core.provider import Claims
from tests.sources import SECRET, as_json, callback, job, run, source

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
    for secret in [*secrets, token or b""]:
        assert len(secret) < 5 or secret.decode("latin-1") not in str(refusal.value)


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


@given(st.binary(max_size=40), st.lists(st.binary(max_size=40), max_size=4))
def test_a_token_is_accepted_only_when_it_is_a_secret(token: bytes, secrets: list[bytes]) -> None:
    """And not empty."""
    if token and token in secrets:
        assert position(token, secrets) == secrets.index(token)
    else:
        refused(token, secrets)


@given(st.integers(0, len(SECRET) * 8 - 1))
def test_one_changed_bit_is_refused(bit: int) -> None:
    """Wherever it is."""
    changed = bytearray(SECRET)
    changed[bit // 8] ^= 1 << bit % 8
    refused(bytes(changed), [SECRET])


def test_without_checks_nothing_is_verified() -> None:
    """A source that is configured with no check on the envelope accepts nothing."""
    with pytest.raises(Refused) as refusal:
        verify(callback(b"{}"), [])
    assert refusal.value.check == "none"


def test_all_checks_must_pass() -> None:
    """One refusal is enough, in any order."""
    good, bad = token_check([SECRET]), token_check([OTHER])
    assert verify(callback(b"{}"), [good, good]).proofs == (Proof("token", "token", 0),) * 2
    for checks in ([good, bad], [bad, good]):
        with pytest.raises(Refused):
            verify(callback(b"{}"), checks)


def of_buckets(*buckets: str | None, allowed: Sequence[str] = ("a-1", "b-2")) -> Proof:
    """The buckets check on claims."""
    return buckets_check(allowed)(Claims(buckets))


def test_listed_buckets_pass() -> None:
    """One job or several."""
    assert of_buckets("a-1") == Proof("buckets", "bucket")
    assert of_buckets("a-1", "b-2", "a-1") == Proof("buckets", "bucket")


@pytest.mark.parametrize(
    "buckets",
    [
        (),
        (None,),
        ("",),
        ("c-3",),
        ("a-1", "c-3"),
        ("c-3", "a-1"),
        ("a-1", None),
        ("A-1",),
        ("a-1.",),
        ("a-",),
        ("a-11",),
        (" a-1",),
        ("a-1\n",),
        ("*",),
    ],
)
def test_foreign_missing_and_unnamed_buckets_are_refused(buckets: tuple[str | None, ...]) -> None:
    """One of several is enough, and nothing is cut to fit."""
    with pytest.raises(Refused) as refusal:
        of_buckets(*buckets)
    assert refusal.value.check == "buckets"
    assert "3" not in str(refusal.value)


def test_a_list_of_no_buckets_allows_none() -> None:
    """It fails closed."""
    for buckets in ((), ("a-1",), ("",), (None,)):
        with pytest.raises(Refused):
            of_buckets(*buckets, allowed=())


BOUND = source(["good-1"])


def test_a_body_with_several_jobs_of_which_one_is_foreign_is_refused_whole() -> None:
    """No event of it is made."""
    good, bad = ({"JobId": n, "Input": {"BucketId": f"{n}-1"}} for n in ("good", "bad"))
    for jobs in ([good, bad], [bad, good], [good, {"JobId": "j"}], [good, {}]):
        with pytest.raises(Refused):
            process(callback(as_json({"EventName": "TaskFinish", "JobsDetail": jobs})), BOUND)
    both = as_json({"EventName": "TaskFinish", "JobsDetail": [good, good]})
    assert len(process(callback(both), BOUND).entry.events) == 2


@pytest.mark.parametrize(
    "document", [job(), run(), {"EventName": "New"}, {}, [], [job()], {"a": [1]}]
)
def test_a_body_that_names_no_bucket_is_refused(document: object) -> None:
    """From a source that is bound to buckets, whatever it says."""
    with pytest.raises(Refused):
        process(callback(as_json(document)), BOUND)


def test_a_body_that_cannot_be_read_has_passed_the_envelope_and_is_quarantined() -> None:
    """It makes no event, so its buckets do not matter."""
    made = process(callback(b"<a"), BOUND)
    assert made.entry.quarantine is not None
    assert made.entry.verified_by == "token"


@pytest.mark.parametrize(
    "body", [b"", b"<a", b"<!DOCTYPE a><a/>", b"[" * 100_000, b'{"a":"\\ud800"}']
)
def test_nothing_is_decoded_before_the_envelope_is_verified(body: bytes) -> None:
    """A hostile body with a wrong token is refused as such."""
    with pytest.raises(Refused) as refusal:
        process(callback(body, token=b"wrong"), BOUND)
    assert refusal.value.check == "token"
