"""The check `standard_webhooks`: version 1.0.0 of that specification, with both kinds of keys.

`whsec_…` is the key of an HMAC and verifies `v1` signatures; `whpk_…` is an Ed25519 public key and
verifies `v1a`. A key never verifies the other's signatures, whatever the header says.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Final

from gateway.core.checks.comparison import live
from gateway.core.checks.hmac_signature import hmac_key
from gateway.core.checks.signature import Key, signature_check
from gateway.core.checks.template import TOLERANCE
from gateway.core.checks.vendors import ED25519_WEBHOOKS, STANDARD_WEBHOOKS, branded, within
from gateway.core.origin import EnvelopeCheck

SYMMETRIC: Final = b"whsec_"
PUBLIC: Final = b"whpk_"
PRIVATE: Final = b"whsk_"


def standard_webhooks_check(
    secrets: Sequence[bytes], *, tolerance: float = TOLERANCE, brand: str = "webhook-"
) -> EnvelopeCheck:
    """The callback has a signature of one of `secrets`: `whsec_…`, `whpk_…`, or base64 as `whsec_`.

    `brand` is what its headers begin with. Raises ValueError for what is no such key.
    """
    keys = [_key(position, secret) for position, secret in live(secrets)]
    template = within(branded(STANDARD_WEBHOOKS, brand), tolerance)
    return signature_check(template, keys, check="standard_webhooks")


def key_bytes(text: bytes, *, prefix: bytes) -> bytes:
    """The key behind `prefix`, which may be missing. ValueError: no key in base64."""
    encoded = text.removeprefix(prefix).rstrip(b"=")
    try:
        key = b64decode(encoded + b"=" * (-len(encoded) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("is not base64") from error
    if not key:
        raise ValueError("has no key behind its prefix")
    return key


def ed25519_bytes(text: bytes, *, prefix: bytes) -> bytes:
    """The Ed25519 key behind `prefix`. ValueError: none is."""
    key = key_bytes(text, prefix=prefix)
    if len(key) != 32:
        raise ValueError("is no Ed25519 key: those have 32 bytes")
    return key


def _key(position: int, secret: bytes) -> Key:
    if secret.startswith(PRIVATE):
        raise ValueError("is the sender's private key: give whpk_…")
    if secret.startswith(PUBLIC):
        return _ed25519_key(position, ed25519_bytes(secret, prefix=PUBLIC))
    return hmac_key(position, key_bytes(secret, prefix=SYMMETRIC), STANDARD_WEBHOOKS)


def _ed25519_key(position: int, public: bytes) -> Key:
    # Imported here: it takes 40 ms and memory, and few need it.
    from nacl.exceptions import BadSignatureError
    from nacl.signing import VerifyKey

    verifier = VerifyKey(public)

    def is_signed(message: bytes, given: bytes) -> bool:
        try:
            signature = b64decode(given, validate=True)
            verifier.verify(message, signature)
        except (ValueError, BadSignatureError):
            return False
        # one spelling only: base64 leaves bits of its last letter unused
        return b64encode(signature) == given

    def matches(message: bytes, given: Sequence[bytes]) -> bool:
        return True in [is_signed(message, each) for each in given]

    return Key(position, ED25519_WEBHOOKS.prefix.encode(), matches)
