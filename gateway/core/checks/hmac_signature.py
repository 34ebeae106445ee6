"""The check `hmac`, and every vendor's that is one: HMAC by a template over the raw bytes.

A signature is compared as it is written, so that it has no second spelling.
"""

import hmac
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Final

from gateway.core.checks.presented import live
from gateway.core.checks.signature import Key, signature_check
from gateway.core.checks.template import Encoding, Template
from gateway.core.origin import EnvelopeCheck

ENCODERS: Final[dict[Encoding, Callable[[bytes], bytes]]] = {
    Encoding.HEX: lambda digest: digest.hex().encode(),
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
    encode, algorithm = ENCODERS[template.encoding], template.algorithm.value
    padding = b"=" if template.encoding is Encoding.BASE64URL else b""

    def matches(message: bytes, given: Sequence[bytes]) -> bool:
        expected = encode(hmac.digest(secret, message, algorithm))
        return True in [hmac.compare_digest(expected, each.rstrip(padding)) for each in given]

    return Key(position, template.prefix.encode(), matches)
