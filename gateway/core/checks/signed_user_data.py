"""A text that a submitter chooses → the same signed until a moment; and back, where that is so.

    v1.<expiry>.<mac>.<value>

* `expiry`: Unix seconds, decimal: from then on it is refused.
* `mac`: HMAC-SHA-256 with the secret over `v1.<expiry>.<value>`, base64url without padding.
* `value`: the text in UTF-8, percent-encoded but for ASCII that is visible and means nothing to
  XML, JSON or the encoding itself. White space is encoded too: who carries the text may strip it.

So it is printable ASCII, which is all that Tencent CI lets through, and survives being pasted into
a request's XML. Whoever has seen it can present it again until it expires: it proves who chose the
text, not what became of the job.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from gateway.core.checks.comparison import Live
from gateway.core.errors import GatewayError

LONGEST: Final = 1024
"""Characters of UserData that Tencent CI carries; of a moderation's DataId 512."""
_SAFE = "!#$()*+,-./:;=?@[]^_`{|}~"
_SIGNED = re.compile(r"(v1\.([0-9]{1,12})\.)([A-Za-z0-9_-]{43})\.([!-~]+)", re.ASCII).fullmatch
_FIRST_MOMENT: Final = 10**9
"""2001: a smaller number of seconds is a duration by mistake."""


class SigningError(GatewayError):
    """The text cannot be signed as asked; the message says what would do."""


class Opened(NamedTuple):
    """What a signed text says, and which secret had signed it."""

    value: str
    secret: int
    expiry: int
    """Unix seconds."""


def sign_user_data(
    value: str, *, secret: bytes, expires: datetime | int, longest: int = LONGEST
) -> str:
    """`value` signed until `expires`, an aware moment or Unix seconds (not a duration).

    Raises `SigningError` when the result is longer than `longest`, which the vendor would cut or
    refuse, and for an empty value or secret.
    """
    if not value or not secret:
        raise SigningError("neither the value nor the secret may be empty")
    encoded = _encoded(value)
    head = f"v1.{_seconds(expires)}."
    signed = f"{head}{_mac(head, encoded, secret)}.{encoded}"
    if len(signed) > longest:
        room = longest - len(signed) + len(encoded)
        raise SigningError(
            f"the value takes {len(encoded)} characters, percent-encoded, and has room for {room}"
        )
    return signed


def opened(text: str, secrets: Live) -> Opened | None:
    """What `text` says, if one of `secrets` has signed it; whether it has expired is not judged."""
    match = _SIGNED(text)
    if match is None:
        return None
    head, expiry, given, encoded = match.groups()
    presented = given.encode()
    found = [
        position
        for position, secret in secrets
        if hmac.compare_digest(_mac(head, encoded, secret).encode(), presented)
    ]
    if not found:
        return None
    try:
        return Opened(unquote(encoded, errors="strict"), found[0], int(expiry))
    except UnicodeDecodeError:  # another's signer, that percent-encodes something else than UTF-8
        return None


def _encoded(value: str) -> str:
    try:
        return quote(value, safe=_SAFE, errors="strict")
    except UnicodeEncodeError as error:
        raise SigningError("the value is not Unicode text") from error


def _seconds(expires: datetime | int) -> int:
    if isinstance(expires, datetime):
        if expires.tzinfo is None:
            raise SigningError("the expiry needs a time zone")
        expires = int(expires.timestamp())
    if not _FIRST_MOMENT <= expires < 10**12:
        raise SigningError("the expiry is a moment, in seconds since 1970, and not a duration")
    return expires


def _mac(head: str, encoded: str, secret: bytes) -> str:
    digest = hmac.digest(secret, f"{head}{encoded}".encode(), sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
