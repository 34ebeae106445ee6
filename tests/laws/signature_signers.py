"""Signers of the checks on signatures: those of `gateway send --sign`, and templates of the rest.

That they sign as the vendors do is told by the vendors' own examples, in
`tests/core/checks/test_vectors.py`.
"""

import hmac
import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import structs

from gateway.core.checks.css import css_check
from gateway.core.checks.gitlab import gitlab_check
from gateway.core.checks.hmac_signature import hmac_check
from gateway.core.checks.im import im_check
from gateway.core.checks.standard_webhooks import standard_webhooks_check
from gateway.core.checks.template import Algorithm, Encoding, Template, Timestamp, Unit
from gateway.core.checks.vendors import GITHUB, SLACK, STRIPE, TRTC
from gateway.core.model import Callback
from gateway.core.origin import EnvelopeCheck
from gateway.signing import SCHEMES, Sign, sign_by
from tests.laws import signers
from tests.laws.signers import Covered, Signer, nothing, reference, whole

_SECRETS: Final = (b"6f1d0c8a54b24f0e9c3b7a2d51e8f490", b"0e7c1b9a3d5f42688d6a4c2e1f3b5d79")
_SYMMETRIC: Final = (
    b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    b"whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=",
)
_PRIVATE: Final = (
    b"whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
    b"whsk_V0VCSE9PS0FTWU1NRVRSSUNURVNUUFJJVkFURUtFWTE=",
)
_PUBLIC: Final = (
    b"whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g=",
    b"whpk_4rQZjjkCnn4m/ciYBaRPSZTA+Y/UwqgD6hgxOllF28g=",
)
_RICH: Final = Template(
    header="X-Signature",
    prefix="sig:",
    separator=";",
    algorithm=Algorithm.SHA512,
    encoding=Encoding.BASE64URL,
    signed="{id}/{timestamp}{body}",
    timestamp=Timestamp(prefix="at:", unit=Unit.MILLISECONDS, tolerance=20),
    id="X-Id",
)
_REQUEST: Final = Template(
    header="X-Signature",
    algorithm=Algorithm.SHA1,
    encoding=Encoding.UPPER_HEX,
    signed="POST\n{header:X-Date}\n{query:nonce}\n{body}",
)


def sent(sign: Sign, secrets: Sequence[bytes]) -> signers.Sign:
    """As `gateway send` would, with one of `secrets`."""

    def signed(callback: Callback, position: int) -> Callback:
        made = sign(callback.body, secrets[position], int(callback.time))
        # in other letters than refusals show them, which tell nothing that was presented
        headers = [(name.title().encode(), value.encode()) for name, value in made.headers.items()]
        return structs.replace(
            callback,
            body=made.body,
            headers=(*callback.headers, *headers),
            query={**callback.query, **made.query},
        )

    return signed


def _sign_request(callback: Callback, position: int) -> Callback:
    message = b"POST\nSat, 1 Jan\nn-1\n" + callback.body
    signature = hmac.digest(_SECRETS[position], message, "sha1").hex().upper()
    headers = (*callback.headers, (b"X-Date", b"Sat, 1 Jan"), (b"X-SIGNATURE", signature.encode()))
    return structs.replace(callback, headers=headers, query={**callback.query, "nonce": "n-1"})


def _sign_of_body(body: bytes) -> Sequence[slice]:
    """The value of CSS's `sign`; around `t` white space may stand."""
    return [slice(*found.span(1)) for found in re.finditer(rb'"sign":"([^"]*)"', body)]


def _signer(
    check: str,
    make: Callable[[Sequence[bytes]], EnvelopeCheck],
    *,
    covers: Covered = whole,
    tolerance: int | None = None,
) -> Signer:
    """Of a scheme that is known by its name, with its defaults."""
    return Signer(
        check=check,
        form="vendor",
        proved=check,
        secrets=_SECRETS,
        sign=sent(SCHEMES[check], _SECRETS),
        make=make,
        options=lambda live: {"secrets": [reference(secret) for secret in live]},
        covers=covers,
        tolerance=tolerance,
    )


def _webhooks(form: str, secrets: tuple[bytes, bytes], signing: tuple[bytes, bytes]) -> Signer:
    return Signer(
        check="standard_webhooks",
        form=form,
        proved="standard_webhooks",
        secrets=secrets,
        sign=sent(SCHEMES["standard_webhooks"], signing),
        make=standard_webhooks_check,
        options=lambda live: {"secrets": [reference(secret) for secret in live]},
        tolerance=300,
    )


def _hmac(form: str, template: Template, options: dict[str, object], sign: signers.Sign) -> Signer:
    return Signer(
        check="hmac",
        form=form,
        proved="hmac",
        secrets=_SECRETS,
        sign=sign,
        make=lambda live: hmac_check(template, live, check="hmac"),
        options=lambda live: {"secrets": [reference(secret) for secret in live], **options},
        tolerance=int(template.timestamp.tolerance) if template.timestamp else None,
    )


SIGNERS: Final = [
    _signer("github", lambda live: hmac_check(GITHUB, live, check="github")),
    _signer("gitlab", gitlab_check, covers=nothing),
    _signer("slack", lambda live: hmac_check(SLACK, live, check="slack"), tolerance=300),
    _signer("stripe", lambda live: hmac_check(STRIPE, live, check="stripe"), tolerance=300),
    _signer("trtc", lambda live: hmac_check(TRTC, live, check="trtc")),
    _signer("css", css_check, covers=_sign_of_body),
    _signer("im", im_check, covers=nothing, tolerance=60),
    _webhooks("v1", _SYMMETRIC, _SYMMETRIC),
    _webhooks("v1a", _PUBLIC, _PRIVATE),
    _hmac(
        "body",
        Template(header="X-Signature"),
        {"header": "X-Signature"},
        sent(lambda *given: sign_by(Template(header="X-Signature"), *given), _SECRETS),
    ),
    _hmac(
        "rich",
        _RICH,
        {
            "header": "x-signature",
            "prefix": "sig:",
            "separator": ";",
            "algorithm": "sha512",
            "encoding": "base64url",
            "signed": "{id}/{timestamp}{body}",
            "timestamp": {"prefix": "at:", "unit": "ms", "tolerance": "20s"},
            "id": "X-Id",
        },
        sent(lambda *given: sign_by(_RICH, *given), _SECRETS),
    ),
    _hmac(
        "request",
        _REQUEST,
        {
            "header": "X-Signature",
            "algorithm": "sha1",
            "encoding": "upper-hex",
            "signed": "POST\n{header:X-Date}\n{query:nonce}\n{body}",
        },
        _sign_request,
    ),
]
