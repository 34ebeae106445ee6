"""Where a callback comes from: what all checks together prove, and nothing by default."""

import pytest

from gateway.core.checks.content import buckets_check
from gateway.core.checks.token import token_check
from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.origin import EnvelopeCheck, any_of, verify
from gateway.core.pipeline import process
from tests.sources import SECRET, Claimed, as_json, callback, job, run, source

OTHER = b"0e7c1b9a3d5f42688d6a4c2e1f3b5d79"


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


def bearing(name: str) -> EnvelopeCheck:
    """A check that passes."""
    return lambda _: Proof(name, name)


def refusing(name: str) -> EnvelopeCheck:
    """A check that does not."""

    def check(_: Callback) -> Proof:
        raise Refused(name, f"not {name}")

    return check


@pytest.mark.parametrize(
    ("checks", "passed"),
    [
        ([bearing("a")], "a"),
        ([bearing("a"), refusing("b")], "a"),
        ([refusing("a"), bearing("b")], "b"),
        ([bearing("a"), bearing("b")], "a"),
    ],
)
def test_of_a_group_the_first_check_that_passes_is_the_proof(
    checks: list[EnvelopeCheck], passed: str
) -> None:
    """And the others are not asked for more."""
    proofs = verify(callback(b"{}"), [any_of(checks), bearing("c")]).proofs
    assert proofs == (Proof(passed, passed), Proof("c", "c"))


def test_a_group_of_which_none_passes_is_refused_with_every_reason() -> None:
    with pytest.raises(Refused, match=r"^a: not a; b: not b$") as refusal:
        any_of([refusing("a"), refusing("b")])(callback(b"{}"))
    assert refusal.value.check == "any"


def test_an_empty_group_passes_nothing() -> None:
    with pytest.raises(Refused, match=r"^no check is configured$"):
        any_of([])(callback(b"{}"))


def test_a_group_of_one_refuses_in_the_name_of_that_check() -> None:
    with pytest.raises(Refused) as refusal:
        any_of([refusing("a")])(callback(b"{}"))
    assert refusal.value.check == "a"


def test_a_group_does_not_hide_a_bug() -> None:
    """Only a refusal is one."""

    def broken(_: Callback) -> Proof:
        raise KeyError("bug")

    with pytest.raises(KeyError):
        any_of([broken, bearing("a")])(callback(b"{}"))


def test_checks_on_the_content_can_be_a_group_too() -> None:
    check = any_of([buckets_check(["a-1"]), buckets_check(["b-2"])])
    assert check(Claimed(("b-2",))) == Proof("buckets", "bucket")
    with pytest.raises(Refused):
        check(Claimed(("a-1", "b-2")))  # neither list has both


BOUND = source(["good-1"])


def test_a_body_with_several_jobs_of_which_one_is_foreign_is_refused_whole() -> None:
    """No event of it is made."""
    good, bad = ({"JobId": n, "Input": {"BucketId": f"{n}-1"}} for n in ("good", "bad"))
    for jobs in ([good, bad], [bad, good], [good, {"JobId": "j"}]):
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
