"""Standard Webhooks, tried against its authors' own library; keys, rotation and downgrades."""

import time
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from gateway.core.checks.standard_webhooks import standard_webhooks_check
from gateway.core.model import Proof
from gateway.signing import SCHEMES
from tests.core.checks.requests import NOW, request, sent, verdict

BODY = b'{"test": 2432232314}'
SYMMETRIC = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SEED = b"VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="
PUBLIC = b"whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g="
SIGN = SCHEMES["standard_webhooks"]
V1 = SIGN(BODY, SYMMETRIC, NOW)
V1A = SIGN(BODY, b"whsk_" + SEED, NOW)
NAME = V1.headers["webhook-id"]


def signed(*signatures: str) -> Proof | str:
    """What is said of a callback with these signatures, by both kinds of keys."""
    check = standard_webhooks_check([SYMMETRIC, PUBLIC])
    return verdict(check, request(BODY, {**V1.headers, "webhook-signature": " ".join(signatures)}))


def proof(position: int) -> Proof:
    """What is proved when it is right."""
    return Proof("standard_webhooks", "standard_webhooks", position, NAME)


v1, v1a = V1.headers["webhook-signature"], V1A.headers["webhook-signature"]
OTHER = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="


def test_both_kinds_of_keys_are_live_at_once() -> None:
    """And the first one that matches is told, whichever signature stands first."""
    assert (
        signed(v1) == signed(v1, v1a) == signed(v1a, v1) == signed("v2,aaaa", OTHER, v1) == proof(0)
    )
    assert signed(v1a) == signed(OTHER, v1a) == proof(1)


@pytest.mark.parametrize(
    "signatures",
    [
        (OTHER,),
        ("v9," + v1[3:],),
        ("v1a," + v1[3:],),
        ("v1," + v1a[4:],),
        ("V1," + v1[3:],),
        (v1[3:],),
        ("v1,",),
        ("v1a,",),
        ("v1a," + "A" * 86 + "==",),
        (v1a[:-1],),
        (v1a.rstrip("="),),
        # another spelling of the same bytes: the last letter's unused bits
        (v1a[:-3] + chr(ord(v1a[-3]) + 1) + "==",),
        (v1a + "\xa0",),
        (v1a,) * 6,
    ],
)
def test_no_key_verifies_the_other_kind_nor_a_second_spelling(signatures: tuple[str, ...]) -> None:
    """A header says which version it has, and never which key that needs."""
    assert isinstance(signed(*signatures), str)


@pytest.mark.parametrize("prefix", [b"", b"whsec_"])
def test_a_public_key_is_no_secret_of_the_hmac(prefix: bytes) -> None:
    """Everybody knows it."""
    forged = SIGN(BODY, prefix + PUBLIC.removeprefix(b"whpk_"), NOW)
    assert isinstance(verdict(standard_webhooks_check([PUBLIC]), sent(forged)), str)


def test_a_prefix_of_the_hmac_key_and_its_padding_may_be_missing() -> None:
    """As the authors' libraries have it."""
    padded = b"dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="
    callback = sent(SIGN(BODY, b"whsec_" + padded, NOW))
    for secret in (padded, padded.rstrip(b"="), b"whsec_" + padded.rstrip(b"=")):
        assert verdict(standard_webhooks_check([secret]), callback) == proof(0)


def test_a_brand_has_headers_of_its_own_and_no_others() -> None:
    """Svix's own, from before its scheme became the standard."""
    svix = {name.replace("webhook-", "Svix-"): value for name, value in V1.headers.items()}
    check = standard_webhooks_check([SYMMETRIC], brand="svix-")
    assert verdict(check, request(BODY, svix)) == proof(0)
    assert verdict(check, sent(V1)) == "there is no header svix-signature"
    assert isinstance(verdict(check, request(BODY, svix, time=NOW + 301)), str)


@pytest.mark.parametrize(
    ("secret", "mistake"),
    [
        (b"whsec_", "has no key behind its prefix"),
        (b"whsec_====", "has no key behind its prefix"),
        (b"whsec_?", "is not base64"),
        (b"whsec_A", "is not base64"),
        (b"whsec_AA AA", "is not base64"),
        ("whsec_é".encode(), "is not base64"),
        (b"whpk_AAAA", "is no Ed25519 key: those have 32 bytes"),
        (b"whpk_", "has no key behind its prefix"),
        (b"whsk_" + SEED, "is the sender's private key"),
    ],
)
def test_what_is_no_key_is_a_mistake(secret: bytes, mistake: str) -> None:
    """When the check is made; the words do not have it."""
    with pytest.raises(ValueError, match=f"^{mistake}"):
        standard_webhooks_check([SYMMETRIC, secret])


@given(st.binary(min_size=1, max_size=64), st.text(max_size=50), st.integers(-300, 300))
def test_what_the_authors_library_signs_is_accepted(key: bytes, body: str, seconds: int) -> None:
    """Any key and any text, as far away as is tolerated."""
    at = datetime.fromtimestamp(NOW, UTC)
    signature = Webhook(key).sign("msg_1", at, body)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(NOW),
        "webhook-signature": signature,
    }
    seen = request(body.encode(), headers, time=NOW + seconds)
    check = standard_webhooks_check([b"whsec_" + b64encode(key)])
    assert verdict(check, seen) == Proof("standard_webhooks", "standard_webhooks", 0, "msg_1")


@given(st.binary(min_size=1, max_size=64), st.text(max_size=50))
def test_what_we_sign_is_accepted_by_the_authors_library(key: bytes, body: str) -> None:
    """And with one letter more it is not."""
    made = SIGN(body.encode(), b"whsec_" + b64encode(key), int(time.time()))
    authors = Webhook(key)
    authors.verify(made.body, dict(made.headers), json_parse=False)
    with pytest.raises(WebhookVerificationError):
        authors.verify(made.body + b"x", dict(made.headers), json_parse=False)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50))
def test_any_ed25519_key_verifies_what_its_private_half_signs(seed: bytes, body: bytes) -> None:
    """And no other body."""
    public = b"whpk_" + b64encode(bytes(SigningKey(seed).verify_key))
    made = SIGN(body, b"whsk_" + b64encode(seed), NOW)
    check = standard_webhooks_check([PUBLIC, public])
    assert isinstance(verdict(check, sent(made)), Proof)
    assert isinstance(verdict(check, sent(made._replace(body=body + b"\0"))), str)
