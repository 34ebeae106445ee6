"""The checks a source may ask for, each with its options: one field and one model per check.

`OneCheck` is the registry: a new check is a model and a field here. A check that sees the envelope
(`envelope = True`) proves who sent the callback before anything is decoded; every source needs one
of those.
"""

from types import NoneType
from typing import Annotated, get_args

from pydantic import ConfigDict, Field

from gateway.settings.checks.access import (
    Addresses,
    Appids,
    Basic,
    Bearer,
    Buckets,
    Certificate,
    Regions,
    Token,
)
from gateway.settings.checks.content import UserData
from gateway.settings.checks.model import Check, Model, of_content, of_envelope
from gateway.settings.checks.signatures import (
    Css,
    GitHub,
    GitLab,
    Hmac,
    Im,
    Slack,
    StandardWebhooks,
    Stripe,
    Trtc,
)
from gateway.settings.checks.vendor import Confirm


class OneCheck(Model):
    """One check: exactly one of these keys."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    token: Token | None = Field(
        default=None,
        description="Envelope: the secret in the callback's path, in ?token= or in a header is a "
        "live one.",
    )
    basic: Basic | None = Field(
        default=None, description="Envelope: the user is this one and the password a live one."
    )
    bearer: Bearer | None = Field(
        default=None, description="Envelope: the secret in Authorization: Bearer is a live one."
    )
    addresses: Addresses | None = Field(
        default=None, description="Envelope: the client's address is one of these or within them."
    )
    certificate: Certificate | None = Field(
        default=None, description="Envelope: the client's TLS certificate is one of these."
    )
    hmac: Hmac | None = Field(
        default=None,
        description="Envelope: the HMAC over the raw body, as described, is that of a live secret.",
    )
    standard_webhooks: StandardWebhooks | None = Field(
        default=None,
        description="Envelope: the signature by Standard Webhooks (v1, v1a) is of a live key.",
    )
    github: GitHub | None = Field(
        default=None,
        description="Envelope: GitHub's signature of the body is that of a live secret.",
    )
    gitlab: GitLab | None = Field(
        default=None, description="Envelope: the token in X-Gitlab-Token is a live one."
    )
    slack: Slack | None = Field(
        default=None,
        description="Envelope: Slack's signature of time and body is that of a live secret.",
    )
    stripe: Stripe | None = Field(
        default=None,
        description="Envelope: Stripe's signature of time and body is that of a live secret.",
    )
    trtc: Trtc | None = Field(
        default=None,
        description="Envelope: the signature of Tencent Cloud TRTC is that of a live secret.",
    )
    css: Css | None = Field(
        default=None,
        description="Envelope: the signature in the body of Tencent Cloud CSS is of a live secret.",
    )
    im: Im | None = Field(
        default=None,
        description="Envelope: the signature in the query of Tencent Cloud IM is of a live secret.",
    )
    buckets: Buckets | None = Field(
        default=None,
        description="Content: the bucket that the callback names is one of these.",
    )
    appids: Appids | None = Field(
        default=None,
        description="Content: the bucket that the callback names is of one of these accounts.",
    )
    regions: Regions | None = Field(
        default=None, description="Content: the region that the callback names is one of these."
    )
    user_data: UserData | None = Field(
        default=None,
        description="Content: the user data of every event is signed with a live secret.",
    )

    @property
    def name(self) -> str:
        """The key that was given, e.g. `token`."""
        return next(name for name, value in self if value is not None)

    @property
    def members(self) -> tuple[Check, ...]:
        """The options of the checks of which one must pass."""
        check: Check = getattr(self, self.name)
        return (check,)


class Verification(OneCheck):
    """One check, or a group of which one must pass: exactly one of these keys."""

    any: Annotated[tuple[OneCheck, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="Checks of which one must pass; all of the envelope, or all of the content.",
    )
    confirm: Confirm | None = Field(
        default=None,
        description="Content: the vendor itself, when asked, tells the same of every event.",
    )

    @property
    def members(self) -> tuple[Check, ...]:
        """The options of the checks of which one must pass; none for a stage of its own."""
        if self.confirm is not None:
            return ()
        if self.any is None:
            return super().members
        return tuple(check for one in self.any for check in one.members)

    @property
    def named(self) -> tuple[tuple[str, Check], ...]:
        """The same, each with its name: `token`, in a group `any.token`."""
        # not strict: a stage of its own has a name and no check
        prefix = "" if self.any is None else "any."
        names = (one.name for one in self.any or (self,))
        return tuple(
            (prefix + name, check) for name, check in zip(names, self.members, strict=False)
        )


CHECKS: dict[str, type[Check]] = {
    name: next(kind for kind in get_args(field.annotation) if kind is not NoneType)
    for name, field in OneCheck.model_fields.items()
}
"""Name of the check → model of its options."""

__all__ = [
    "CHECKS",
    "Buckets",
    "Check",
    "Model",
    "OneCheck",
    "Token",
    "Verification",
    "of_content",
    "of_envelope",
]
