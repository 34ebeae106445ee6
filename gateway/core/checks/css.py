"""The check `css`: Tencent Cloud's live streaming (CSS, LVB) puts `t` and `sign` into the body.

https://www.tencentcloud.com/document/product/267/38081 : `sign` is the MD5 of the key and `t`, and
`t` the Unix time at which it expires, 10 minutes after sending. The rest of the body is not bound.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from gateway.core.checks.comparison import live, matching
from gateway.core.checks.plain import seconds_since
from gateway.core.checks.template import TOLERANCE
from gateway.core.errors import Refused, Unreadable
from gateway.core.json_body import decode_json
from gateway.core.model import Callback, Proof
from gateway.core.origin import EnvelopeCheck

VALIDITY: Final = 600
"""Seconds from sending to expiry."""


def css_check(secrets: Sequence[bytes], *, tolerance: float = TOLERANCE) -> EnvelopeCheck:
    """`sign` is that of one of `secrets` and `t`, which is neither past nor too far ahead.

    `tolerance`: seconds that the sender's clock may be ahead; one that is behind has the validity.
    """
    known = live(secrets)

    def check(callback: Callback) -> Proof:
        expiry, sign = _signature(callback.body)
        left = -seconds_since(expiry, callback.time, check="css")
        if not 0 <= left <= VALIDITY + tolerance:
            raise Refused("css", "t is past or too far ahead")
        expected = [(position, _sign(secret, expiry)) for position, secret in known]
        position = matching(expected, sign)
        if position is None:
            raise Refused("css", "sign is of none of the live secrets")
        return Proof("css", "css", secret=position)

    return check


def _signature(body: bytes) -> tuple[bytes, bytes]:
    """`t` and `sign` as text, by the decoder that also reads the body once it is verified."""
    try:
        document = decode_json(body)
    except Unreadable as error:
        raise Refused("css", "the body is not JSON") from error
    fields = document if isinstance(document, dict) else {}
    expiry, sign = fields.get("t"), fields.get("sign")
    if not isinstance(expiry, int) or not isinstance(sign, str):
        raise Refused("css", "the body has no t and sign")
    return str(expiry).encode(), sign.encode()


def _sign(secret: bytes, expiry: bytes) -> bytes:
    return hashlib.md5(secret + expiry, usedforsecurity=False).hexdigest().encode()
