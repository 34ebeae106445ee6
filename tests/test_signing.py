"""What cannot be signed says why, and in no other words than its own."""

import pytest

from gateway.signing import SCHEMES, Unsignable


@pytest.mark.parametrize(
    ("scheme", "body", "secret", "words"),
    [
        ("css", b"<xml/>", b"key", "the body is not JSON"),
        ("css", b"[1]", b"key", "the body is not a JSON object"),
        ("gitlab", b"", b"a\r\nb: c", "the secret cannot stand in a header"),
        ("gitlab", b"", "schlüssel".encode(), "the secret cannot stand in a header"),
        ("standard_webhooks", b"", b"whsec_?", "the secret is not base64"),
        ("standard_webhooks", b"", b"whsk_AAAA", "the secret is no Ed25519 key"),
        ("standard_webhooks", b"", b"whpk_AAAA", "the secret is not base64"),
    ],
)
def test_what_cannot_be_signed_says_why(
    scheme: str, body: bytes, secret: bytes, words: str
) -> None:
    """A body without room for the signature, a secret that is none."""
    with pytest.raises(Unsignable, match=f"^{words}"):
        SCHEMES[scheme](body, secret, 1_700_000_000)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_callback_is_signed_the_same_way_at_the_same_time(scheme: str) -> None:
    """It is pure."""
    first, second = (SCHEMES[scheme](b"{}", b"c2VjcmV0", 1_700_000_000) for _ in range(2))
    assert first == second
