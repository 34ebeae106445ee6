"""The headers of an OPTIONS request → those that agree to deliveries, or None.

The abuse protection of CloudEvents' web hooks: before it delivers, a sender asks whether this URL
expects it. The answer proves nothing and opens nothing; every delivery must pass its checks.
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection
"""

import math
import re
from collections.abc import Mapping, Sequence

_ORIGIN = re.compile(rb"[!-~]{1,255}").fullmatch
"""A DNS expression; it is repeated in the answer, so nothing but printable ASCII."""


def handshake(
    headers: Sequence[tuple[bytes, bytes]], per_minute: float = math.inf
) -> Mapping[str, str] | None:
    """None: the request asks for no agreement, or not in a way that could be answered."""
    origins = [value for name, value in headers if name.lower() == b"webhook-request-origin"]
    if len(origins) != 1 or not _ORIGIN(origins[0]):
        return None
    rate = "*" if math.isinf(per_minute) else str(max(1, int(per_minute)))
    return {"WebHook-Allowed-Origin": origins[0].decode(), "WebHook-Allowed-Rate": rate}
