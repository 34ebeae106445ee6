"""The check `im`: Tencent Cloud's chat (IM) signs the time of its request, in the URL's query.

https://www.tencentcloud.com/document/product/1047/34354 : `Sign` is the SHA-256 of the token and
`RequestTime`, which is to be refused when it is more than a minute away. The body is not bound.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from gateway.core.checks.comparison import live, matching
from gateway.core.checks.plain import plain_parameter, seconds_since
from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.origin import EnvelopeCheck

SIGN: Final = "Sign"
TIME: Final = "RequestTime"
TOLERANCE: Final = 60.0
"""Seconds: the vendor's."""


def im_check(secrets: Sequence[bytes], *, tolerance: float = TOLERANCE) -> EnvelopeCheck:
    """`Sign` is that of one of `secrets` and `RequestTime`, which is near the reception."""
    known = live(secrets)

    def check(callback: Callback) -> Proof:
        sign = plain_parameter(callback, SIGN, check="im")
        time = plain_parameter(callback, TIME, check="im")
        if not abs(seconds_since(time, callback.time, check="im")) <= tolerance:
            raise Refused("im", f"RequestTime is more than {tolerance:g} s away")
        expected = [(position, _sign(secret, time)) for position, secret in known]
        position = matching(expected, sign)
        if position is None:
            raise Refused("im", "Sign is of none of the live secrets")
        return Proof("im", "im", secret=position)

    return check


def _sign(secret: bytes, time: bytes) -> bytes:
    return hashlib.sha256(secret + time).hexdigest().encode()
