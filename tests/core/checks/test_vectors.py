"""The vendors' own published examples: what breaks the circle of our signing and our checking."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from gateway.core.checks.hmac_signature import hmac_check
from gateway.core.checks.im import im_check
from gateway.core.checks.standard_webhooks import standard_webhooks_check
from gateway.core.checks.vendors import GITHUB, SLACK, TRTC
from gateway.core.model import Callback, Proof
from gateway.core.origin import EnvelopeCheck
from gateway.signing import SCHEMES
from tests.core.checks.requests import request


class Vector(NamedTuple):
    """One published example; `signing` is the secret that its sender has, where it differs."""

    scheme: str
    seen: Callback
    secret: bytes
    signing: bytes = b""


def make(scheme: str, secrets: Sequence[bytes]) -> EnvelopeCheck:
    """The check with its vendor's defaults."""
    templates = {"github": GITHUB, "slack": SLACK, "trtc": TRTC}
    if scheme in templates:
        return hmac_check(templates[scheme], secrets, check=scheme)
    return {"im": im_check, "standard_webhooks": standard_webhooks_check}[scheme](secrets)


# https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
GITHUB_EXAMPLE = Vector(
    "github",
    request(
        b"Hello, World!",
        {
            "X-Hub-Signature-256": "sha256="
            "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        },
    ),
    b"It's a Secret to Everybody",
)

# https://api.slack.com/authentication/verifying-requests-from-slack
SLACK_EXAMPLE = Vector(
    "slack",
    request(
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
        {
            "X-Slack-Request-Timestamp": "1531420618",
            "X-Slack-Signature": "v0="
            "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        },
        time=1531420618,
    ),
    b"8f742231b10e8888abcd99yyyzzz85a5",
)

# https://cloud.tencent.com/document/product/647/90450
TRTC_EXAMPLE = Vector(
    "trtc",
    request(
        b'{\n\t"EventGroupId":\t2,\n\t"EventType":\t204,\n\t"CallbackTs":\t1664209748188,\n'
        b'\t"EventInfo":\t{\n\t\t"RoomId":\t8489,\n\t\t"EventTs":\t1664209748,\n'
        b'\t\t"EventMsTs":\t1664209748180,\n\t\t"UserId":\t"user_85034614",\n'
        b'\t\t"Reason":\t0\n\t}\n}',
        {"Sign": "kkoFeO3Oh2ZHnjtg8tEAQhtXK16/KI05W3BQff8IvGA="},
    ),
    b"123654",
)

# https://www.tencentcloud.com/document/product/1047/34354
IM_EXAMPLE = Vector(
    "im",
    request(
        b"{}",
        query={
            "SdkAppid": "888888",
            "Sign": "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061",
            "RequestTime": "1669872112",
        },
        time=1669872112,
    ),
    b"xxxxyyyy",
)


def webhook(name: str, time: int, signature: str, body: bytes) -> Callback:
    """A callback by Standard Webhooks."""
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(time),
        "webhook-signature": signature,
    }
    return request(body, headers, time=time)


# The tests of https://github.com/standard-webhooks/standard-webhooks (JavaScript and Go)
V1_EXAMPLE = Vector(
    "standard_webhooks",
    webhook(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        b'{"test": 2432232314}',
    ),
    b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
)
V1A_EXAMPLE = Vector(
    "standard_webhooks",
    webhook(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag"
        "==",
        b'{"test": 2432232314}',
    ),
    b"whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g=",
    b"whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
)
# https://docs.svix.com/receiving/verifying-payloads/how-manual
SVIX_EXAMPLE = Vector(
    "standard_webhooks",
    webhook(
        "msg_loFOjxBNrRLzqYUf",
        1731705121,
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        b'{"event_type":"ping","data":{"success":true}}',
    ),
    b"whsec_plJ3nmyCDGBKInavdOK15jsl",
)

VECTORS = {
    "github": GITHUB_EXAMPLE,
    "slack": SLACK_EXAMPLE,
    "trtc": TRTC_EXAMPLE,
    "im": IM_EXAMPLE,
    "v1": V1_EXAMPLE,
    "v1a": V1A_EXAMPLE,
    "svix": SVIX_EXAMPLE,
}
each = pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())


@each
def test_a_published_example_is_verified(vector: Vector) -> None:
    """Among other live secrets too; where a signature covers the message's id, the proof has it."""
    check = make(vector.scheme, [b"whsec_AAAA", vector.secret])
    name = dict(vector.seen.headers).get(b"webhook-id", b"").decode()
    assert check(vector.seen) == Proof(vector.scheme, vector.scheme, 1, name)


@each
def test_a_published_example_is_signed_as_published(vector: Vector) -> None:
    """Byte for byte, where the message's id is not ours to choose."""
    signed = SCHEMES[vector.scheme](
        vector.seen.body, vector.signing or vector.secret, int(vector.seen.time)
    )
    given = {name.decode(): value.decode() for name, value in vector.seen.headers}
    if "webhook-id" in given:
        assert signed.headers.keys() == given.keys()
    else:
        assert signed.headers == given
    assert signed.query.items() <= vector.seen.query.items()
    assert signed.body == vector.seen.body
