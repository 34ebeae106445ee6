"""Who reads the metrics knows which check let a callback in, and which kept one out."""

import pytest

from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.origin import any_of, verify
from gateway.core.pipeline import process
from gateway.intake.answer import ended
from gateway.settings.checks import CHECKS
from tests import sources
from tests.laws.checks import SIGNERS
from tests.laws.signers import Signer
from tests.laws.spoilt import UNSIGNED

each = pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.name)


def never(_: Callback) -> Proof:
    """A check that lets nothing in."""
    raise Refused("never", "not here")


@each
def test_a_refusal_is_counted_under_the_name_of_its_check(signer: Signer) -> None:
    """The key in the configuration, one of a closed set."""
    with pytest.raises(Refused) as refusal:
        signer.make(signer.secrets)(UNSIGNED)
    answer = ended(refusal.value)
    assert (answer.result, answer.reason, answer.status) == ("refused", signer.check, 401)
    assert signer.check in CHECKS


@each
def test_a_refusal_of_a_group_is_counted_as_one(signer: Signer) -> None:
    """Under `any`, however many checks are in it."""
    with pytest.raises(Refused) as refusal:
        verify(UNSIGNED, [any_of([never, signer.make(signer.secrets)])])
    assert ended(refusal.value).reason == "any"


@each
def test_a_group_counts_what_let_the_callback_in(signer: Signer) -> None:
    """The member that passed and the position of its secret, as it does alone."""
    signed, check = signer.sign(UNSIGNED, 0), signer.make(signer.secrets)
    (alone,) = verify(signed, [check]).proofs
    (grouped,) = verify(signed, [any_of([never, check])]).proofs
    assert (grouped.check, grouped.secret) == (alone.check, alone.secret)
    assert grouped.check == signer.check


def test_a_refusal_of_the_content_is_counted_under_its_check() -> None:
    body = sources.as_json(sources.job(Tag="Transcode", Input={"BucketId": "other-1"}))
    with pytest.raises(Refused) as refusal:
        process(sources.callback(body), sources.BOUND)
    assert ended(refusal.value).reason == "buckets"
