"""The options of the stage that asks the vendor itself, Tencent CI."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from gateway.settings.checks.model import Model
from gateway.settings.secret import Secret, SecretReference
from gateway.settings.values import LongDuration

_LONGEST_SECONDS = 4.0
"""The sender is to have its answer within 5 s."""
_HTTPS = r"https://([a-z0-9.-]|\{bucket\}|\{region\})+"
_HTTP = r"http://(localhost|127\.0\.0\.1|\[::1\])"
_VISIBLE = re.compile(rb"[!-~]+").fullmatch


def _prompt(value: float) -> float:
    if value > _LONGEST_SECONDS:
        raise ValueError(f"must be at most {_LONGEST_SECONDS:g}s: the sender waits meanwhile")
    return value


def _visible(secret: Secret) -> Secret:
    if not _VISIBLE(secret.value):
        raise ValueError(f"{secret.reference} is not visible ASCII")
    return secret


Bucket = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,49}-[0-9]{1,20}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,10}(-[a-z0-9]{1,30}){1,3}$")]
Endpoint = Annotated[str, StringConstraints(pattern=f"^({_HTTPS}|{_HTTP})(:[0-9]{{1,5}})?$")]
"""The answers decide what is believed: TLS, or the own machine."""
Credential = Annotated[SecretReference, AfterValidator(_visible)]


class Confirm(Model):
    """A question to Tencent CI about every job, workflow run and moderation."""

    secret_id: Credential = Field(
        description="SecretId of a key that may do nothing but describe jobs, as env:NAME or "
        "file:/path."
    )
    secret_key: Credential = Field(description="Its SecretKey.")
    security_token: Credential | None = Field(
        default=None, description="The token that belongs to a temporary key."
    )
    buckets: Annotated[Mapping[Bucket, Region], Field(min_length=1)] = Field(
        description="Bucket to region: the only ones that are asked about; callbacks of others "
        "are refused."
    )
    endpoint: Endpoint = Field(
        default="https://{bucket}.ci.{region}.myqcloud.com", description="Where CI is asked."
    )
    unavailable: Literal["hold", "accept"] = Field(
        default="hold",
        description="What becomes of a callback while CI gives no answer: hold keeps it in "
        "quarantine and asks again later, accept publishes it as unconfirmed.",
    )
    timeout: Annotated[LongDuration, AfterValidator(_prompt)] = Field(
        default="2s", validate_default=True, description="How long CI may take for a callback."
    )
    concurrency: int = Field(default=8, ge=1, le=64, description="Questions at a time.")
    remember: int = Field(
        default=10_000, ge=0, le=1_000_000, description="Confirmed events not asked about again."
    )
