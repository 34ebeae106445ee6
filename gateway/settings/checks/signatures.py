"""The options of the checks on signatures: what a scheme leaves to be configured.

Whatever could not be relied on is a mistake here already: a template that does not bind the body,
a key that is none.
"""

import binascii
from base64 import b64decode
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Self

from pydantic import AfterValidator, Field, model_validator

from gateway.core.checks.gitlab import gitlab_check
from gateway.core.checks.hmac_signature import hmac_check
from gateway.core.checks.im import im_check
from gateway.core.checks.signed_text import signed_text
from gateway.core.checks.standard_webhooks import SYMMETRIC, standard_webhooks_check
from gateway.core.checks.template import Algorithm, Encoding, Template, Timestamp, Unit
from gateway.core.checks.vendors import GITHUB, SLACK, STRIPE, TRTC, within
from gateway.core.origin import EnvelopeCheck
from gateway.settings.checks.model import HeaderName, Model, Secrets, values
from gateway.settings.secret import Secret, SecretReference
from gateway.settings.values import LongDuration, Text


class KeyForm(StrEnum):
    """How the key of an HMAC is written as a secret."""

    TEXT = "text"
    HEX = "hex"
    BASE64 = "base64"


_KEYS: Final[dict[KeyForm, Callable[[bytes], bytes]]] = {
    KeyForm.TEXT: bytes,
    KeyForm.HEX: binascii.unhexlify,
    KeyForm.BASE64: lambda text: b64decode(text, validate=True),
}


def _signed(text: str) -> str:
    signed_text(text, check="hmac")
    return text


def _webhook_key(secret: Secret) -> Secret:
    try:
        standard_webhooks_check([secret.value])
    except ValueError as error:
        raise ValueError(f"{secret.reference} {error}") from error
    return secret


def _no_webhook_key(secret: Secret) -> Secret:
    if secret.value.startswith(SYMMETRIC):
        raise ValueError(
            f"{secret.reference} is a signing token, with which GitLab signs as standard_webhooks"
        )
    return secret


_WebhookKeys = Annotated[
    tuple[Annotated[SecretReference, AfterValidator(_webhook_key)], ...],
    Field(
        min_length=1,
        description="The live keys, as env:NAME or file:/path: whsec_… of the HMAC (v1), whpk_… of "
        "Ed25519 (v1a); any of them is accepted, so that they rotate.",
    ),
]
_Tokens = Annotated[
    tuple[Annotated[SecretReference, AfterValidator(_no_webhook_key)], ...],
    Field(
        min_length=1,
        description="The live secret tokens, as env:NAME or file:/path; any of them is accepted.",
    ),
]
_TOLERANCE: Final = "How far the signed time may be from the reception, in both directions."


class SignedTime(Model):
    """Where the time of signing stands: its header, or its prefix in the signature's header."""

    header: HeaderName | None = Field(default=None, description="The header that is the time.")
    prefix: Text | None = Field(
        default=None, description="Such as t=, of the element of the signature's header."
    )
    unit: Unit = Field(
        default=Unit.SECONDS, strict=False, description="Seconds (s) or milliseconds (ms)."
    )
    tolerance: LongDuration = Field(default="5m", validate_default=True, description=_TOLERANCE)

    def rule(self) -> Timestamp:
        """As the template has it."""
        return Timestamp(self.header or "", self.prefix or "", self.unit, self.tolerance)


class Hmac(Model):
    """An HMAC over the raw body: how a sender signs that is none of the named ones."""

    envelope: ClassVar[bool] = True

    secrets: Secrets
    key: KeyForm = Field(
        default=KeyForm.TEXT,
        strict=False,
        description="How the secrets are written: text, hex or base64.",
    )
    header: HeaderName = Field(description="The header with the signature.")
    prefix: str = Field(
        default="", description="What stands before the signature, such as sha256=."
    )
    separator: str = Field(
        default="", description="What divides several signatures in the header, such as a comma."
    )
    algorithm: Algorithm = Field(
        default=Algorithm.SHA256, strict=False, description="The hash of the HMAC."
    )
    encoding: Encoding = Field(
        default=Encoding.HEX, strict=False, description="How the signature is written."
    )
    signed: Annotated[str, AfterValidator(_signed)] = Field(
        default="{body}",
        description="What is signed: text with {body}, {timestamp}, {id}, {header:Name} and "
        "{query:name}. It must contain {body}.",
    )
    timestamp: SignedTime | None = Field(
        default=None, description="The signed time, where there is one."
    )
    id: HeaderName | None = Field(
        default=None, description="The header with the message's id, where that is signed."
    )

    @model_validator(mode="after")
    def _is_reliable(self) -> Self:
        self.check()
        return self

    def check(self) -> EnvelopeCheck:
        """The check. Raises ValueError."""
        template = Template(
            header=self.header,
            signed=self.signed,
            prefix=self.prefix,
            separator=self.separator,
            algorithm=self.algorithm,
            encoding=self.encoding,
            timestamp=self.timestamp.rule() if self.timestamp else None,
            id=self.id or "",
        )
        return hmac_check(template, [self._key(secret) for secret in self.secrets], check="hmac")

    def _key(self, secret: Secret) -> bytes:
        try:
            return _KEYS[self.key](secret.value)
        except binascii.Error as error:
            raise ValueError(f"{secret.reference} is not {self.key}") from error


class StandardWebhooks(Model):
    """Standard Webhooks 1.0.0, with both kinds of keys; also GitLab's signing tokens."""

    envelope: ClassVar[bool] = True

    secrets: _WebhookKeys
    brand: HeaderName = Field(
        default="webhook-",
        description="What its headers begin with; svix- of senders by Svix that kept its name.",
    )
    tolerance: LongDuration = Field(default="5m", validate_default=True, description=_TOLERANCE)

    def check(self) -> EnvelopeCheck:
        """The check."""
        return standard_webhooks_check(
            values(self.secrets), tolerance=self.tolerance, brand=self.brand
        )


class GitHub(Model):
    """GitHub's X-Hub-Signature-256; it signs no time."""

    envelope: ClassVar[bool] = True

    secrets: Secrets

    def check(self) -> EnvelopeCheck:
        """The check."""
        return hmac_check(GITHUB, values(self.secrets), check="github")


class GitLab(Model):
    """GitLab's X-Gitlab-Token; its signing tokens are checked by standard_webhooks."""

    envelope: ClassVar[bool] = True

    secrets: _Tokens

    def check(self) -> EnvelopeCheck:
        """The check."""
        return gitlab_check(values(self.secrets))


class Slack(Model):
    """Slack's X-Slack-Signature."""

    envelope: ClassVar[bool] = True

    secrets: Secrets
    tolerance: LongDuration = Field(default="5m", validate_default=True, description=_TOLERANCE)

    def check(self) -> EnvelopeCheck:
        """The check."""
        return hmac_check(within(SLACK, self.tolerance), values(self.secrets), check="slack")


class Stripe(Model):
    """Stripe's Stripe-Signature."""

    envelope: ClassVar[bool] = True

    secrets: Secrets
    tolerance: LongDuration = Field(default="5m", validate_default=True, description=_TOLERANCE)

    def check(self) -> EnvelopeCheck:
        """The check."""
        return hmac_check(within(STRIPE, self.tolerance), values(self.secrets), check="stripe")


class Trtc(Model):
    """The header Sign of Tencent Cloud's TRTC; it signs no time but what is in the body."""

    envelope: ClassVar[bool] = True

    secrets: Secrets

    def check(self) -> EnvelopeCheck:
        """The check."""
        return hmac_check(TRTC, values(self.secrets), check="trtc")


class Css(Model):
    """The fields t and sign of Tencent Cloud's live streaming (CSS, LVB); they bind no body."""

    envelope: ClassVar[bool] = True

    secrets: Secrets
    tolerance: LongDuration = Field(
        default="5m",
        validate_default=True,
        description="How far the sender's clock may be ahead; t itself is 10 minutes ahead of it.",
    )

    def check(self) -> EnvelopeCheck:
        """The check."""
        # here, because it decodes the body: reading settings loads no decoder
        from gateway.core.checks.css import css_check

        return css_check(values(self.secrets), tolerance=self.tolerance)


class Im(Model):
    """The parameters Sign and RequestTime of Tencent Cloud's chat (IM); they bind no body."""

    envelope: ClassVar[bool] = True

    secrets: Secrets
    tolerance: LongDuration = Field(default="60s", validate_default=True, description=_TOLERANCE)

    def check(self) -> EnvelopeCheck:
        """The check."""
        return im_check(values(self.secrets), tolerance=self.tolerance)
