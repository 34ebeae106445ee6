"""The check `hmac`, and every vendor's that is one: HMAC by a template over the raw bytes.

A signature is compared as it is written, so that it has no second spelling.
"""

import hashlib
import hmac
from base64 import b64encode, urlsafe_b64encode
from binascii import hexlify
from collections.abc import Callable, Sequence
from typing import Final

from gateway.core.checks.comparison import live
from gateway.core.checks.signature import Key, signature_check
from gateway.core.checks.template import Algorithm, Encoding, Template
from gateway.core.hashing import feed
from gateway.core.origin import EnvelopeCheck

ENCODERS: Final[dict[Encoding, Callable[[bytes], bytes]]] = {
    Encoding.HEX: hexlify,
    Encoding.UPPER_HEX: lambda digest: digest.hex().upper().encode(),
    Encoding.BASE64: b64encode,
    Encoding.BASE64URL: lambda digest: urlsafe_b64encode(digest).rstrip(b"="),
}


def hmac_check(template: Template, secrets: Sequence[bytes], *, check: str) -> EnvelopeCheck:
    """The callback is signed with one of `secrets`, the keys of the HMAC.

    Raises ValueError where the template could not be relied on.
    """
    keys = [hmac_key(position, secret, template) for position, secret in live(secrets)]
    return signature_check(template, keys, check=check)


def hmac_key(position: int, secret: bytes, template: Template) -> Key:
    """A key of the HMAC that `template` asks for."""
    digest, encode = keyed(secret, template.algorithm), ENCODERS[template.encoding]
    padding = b"=" if template.encoding is Encoding.BASE64URL else b""

    def matches(message: bytes, given: Sequence[bytes]) -> bool:
        expected = encode(digest(message))
        is_one = False
        for each in given:
            is_one |= hmac.compare_digest(expected, each.rstrip(padding))
        return is_one

    return Key(position, template.prefix.encode(), matches)


def keyed(secret: bytes, algorithm: Algorithm) -> Callable[[bytes], bytes]:
    """`hmac.digest` with this key, for two thirds of its time: what the key alone decides (RFC
    2104) is worked out once, and not for each message."""
    start = hashlib.new(algorithm)
    key = secret if len(secret) <= start.block_size else hashlib.new(algorithm, secret).digest()
    padded = key.ljust(start.block_size, b"\0")
    inner = hashlib.new(algorithm, bytes(byte ^ 0x36 for byte in padded))
    outer = hashlib.new(algorithm, bytes(byte ^ 0x5C for byte in padded))

    def digest(message: bytes) -> bytes:
        within, whole = inner.copy(), outer.copy()
        feed(within, message)
        whole.update(within.digest())
        return whole.digest()

    return digest
