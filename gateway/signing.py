"""Body, secret, time → the request as its sender would sign it: what `gateway send --sign` posts.

The other side of `gateway.core.checks`, and apart from its templates written without it, so that
each can be tried against the other.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

import orjson

from gateway.core.checks import css, gitlab, im, vendors
from gateway.core.checks.hmac_signature import ENCODERS
from gateway.core.checks.standard_webhooks import (
    PRIVATE,
    SYMMETRIC,
    ed25519_bytes,
    key_bytes,
)
from gateway.core.checks.template import PER_SECOND, Template
from gateway.core.errors import GatewayError


class Unsignable(GatewayError):
    """The scheme cannot sign this body, or not with this secret."""


class Signed(NamedTuple):
    """What to send."""

    body: bytes
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}


Sign = Callable[[bytes, bytes, int], Signed]
"""Body, secret, Unix seconds → the signed request. Raises Unsignable."""


def sign_by(template: Template, body: bytes, secret: bytes, now: int) -> Signed:
    """As `template` says, which takes nothing from other headers or the query; an HMAC's key."""
    encode, algorithm = ENCODERS[template.encoding], template.algorithm.value
    return _signed(
        template, body, now, lambda message: encode(hmac.digest(secret, message, algorithm))
    )


def _signed(
    template: Template, body: bytes, now: int, signature: Callable[[bytes], bytes]
) -> Signed:
    rule, headers, elements = template.timestamp, {}, []
    text, time, name = template.signed, "", message_id(body)
    if rule:
        time = str(now * PER_SECOND[rule.unit])
        elements = [f"{rule.prefix}{time}"] if rule.prefix else []
        headers = {rule.header: time} if rule.header else {}
    if template.id:
        headers[template.id] = name
    before, after = (
        part.replace("{timestamp}", time).replace("{id}", name).encode()
        for part in text.split("{body}")
    )
    elements.append(f"{template.prefix}{signature(before + body + after).decode()}")
    headers[template.header] = template.separator.join(elements)
    return Signed(body, headers)


def message_id(body: bytes) -> str:
    """An id that is the same whenever the same is sent."""
    return f"msg_{hashlib.sha256(body).hexdigest()[:24]}"


def _standard_webhooks(body: bytes, secret: bytes, now: int) -> Signed:
    try:
        if not secret.startswith(PRIVATE):
            key = key_bytes(secret, prefix=SYMMETRIC)
            return sign_by(vendors.STANDARD_WEBHOOKS, body, key, now)
        return _signed_by_ed25519(body, ed25519_bytes(secret, prefix=PRIVATE), now)
    except ValueError as error:
        raise Unsignable(f"the secret {error}") from error


def _signed_by_ed25519(body: bytes, seed: bytes, now: int) -> Signed:
    from nacl.signing import SigningKey

    key = SigningKey(seed)
    return _signed(
        vendors.ED25519_WEBHOOKS, body, now, lambda message: b64encode(key.sign(message).signature)
    )


def _css(body: bytes, secret: bytes, now: int) -> Signed:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unsignable("the body is not JSON, and its signature would stand in it") from error
    if not isinstance(document, dict):
        raise Unsignable("the body is not a JSON object, and its signature would stand in it")
    expiry = now + css.VALIDITY
    sign = hashlib.md5(secret + b"%d" % expiry, usedforsecurity=False).hexdigest()
    return Signed(orjson.dumps({**document, "t": expiry, "sign": sign}))


def _gitlab(body: bytes, secret: bytes, _now: int) -> Signed:
    if not secret.isascii() or not secret.decode().isprintable():
        raise Unsignable("the secret cannot stand in a header: it is not printable ASCII")
    return Signed(body, {gitlab.HEADER: secret.decode()})


def _im(body: bytes, secret: bytes, now: int) -> Signed:
    sign = hashlib.sha256(secret + b"%d" % now).hexdigest()
    return Signed(body, query={im.SIGN: sign, im.TIME: str(now)})


SCHEMES: Final[Mapping[str, Sign]] = {
    "css": _css,
    "github": partial(sign_by, vendors.GITHUB),
    "gitlab": _gitlab,
    "im": _im,
    "slack": partial(sign_by, vendors.SLACK),
    "standard_webhooks": _standard_webhooks,
    "stripe": partial(sign_by, vendors.STRIPE),
    "trtc": partial(sign_by, vendors.TRTC),
}
"""By the name of the check that verifies it."""
