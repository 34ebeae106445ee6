"""The sections of `gateway.yaml`: every key, its type, its default and what it means.

The defaults are written as they would stand in the file, so that the JSON Schema shows them so.
Rules between keys are in `rules`.
"""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from gateway.settings.advice import short_secrets
from gateway.settings.checks import Model, Verification
from gateway.settings.checks.model import Secrets
from gateway.settings.kafka import Kafka
from gateway.settings.tls import Tls
from gateway.settings.values import (
    Duration,
    ElementName,
    FilePath,
    JournalSize,
    Listen,
    LongDuration,
    Network,
    Provider,
    Size,
    SourceName,
    Text,
    TopicName,
)

_ATTRIBUTES = (
    *("id", "source", "provider", "type", "subject", "tag", "outcome"),
    *("event_name", "bucket", "region"),
)
_ATTRIBUTE = re.compile(rf"{'|'.join(_ATTRIBUTES)}|[^.]+(\.[^.]+)+")


def _attribute(value: str) -> str:
    if not _ATTRIBUTE.fullmatch(value):
        names = ", ".join(_ATTRIBUTES)
        raise ValueError(f"must be {names} or a dotted path such as data.job.queue_id")
    return value


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Attribute = Annotated[
    str,
    AfterValidator(_attribute),
    WithJsonSchema(
        {"anyOf": [{"enum": _ATTRIBUTES}, {"type": "string", "pattern": r"^[^.]+(\.[^.]+)+$"}]}
    ),
]
"""What a route may look at or take as its key."""
Globs = Annotated[
    tuple[Text, ...],
    Field(min_length=1),
    BeforeValidator(_one_or_many, json_schema_input_type=Text | tuple[Text, ...]),
]
Elements = Annotated[
    tuple[ElementName, ...],
    BeforeValidator(_one_or_many, json_schema_input_type=ElementName | tuple[ElementName, ...]),
]


class FailedChecks(Model):
    """How often one client may fail the checks."""

    per_minute: int = Field(
        default=30,
        ge=0,
        le=60_000,
        description="Failures of one public address (of IPv6, of one /64) before it is answered "
        "429 without a check; in each receiving process; 0 for no limit.",
    )


class RateLimit(Model):
    """A token bucket."""

    per_second: float = Field(
        ge=0.001,
        le=1_000_000,
        allow_inf_nan=False,
        description="Callbacks a second in the long run, in each receiving process.",
    )
    burst: int = Field(ge=1, le=1_000_000, description="Callbacks at once.")


class Server(Model):
    """The port that senders post their callbacks to."""

    listen: Listen = Field(
        default="0.0.0.0:8080",
        validate_default=True,
        description="Address and port for callbacks; port 0 takes a free one.",
    )
    workers: int = Field(default=1, ge=1, le=64, description="Receiving processes.")
    max_body: Size = Field(
        default="1MiB",
        validate_default=True,
        description="Largest body accepted; a larger one is answered 413.",
    )
    trusted_proxies: tuple[Network, ...] = Field(
        default=(),
        description="Networks of proxies whose X-Forwarded-For and Forwarded are believed.",
    )
    tls: Tls | None = Field(
        default=None, description="TLS on this port; plain HTTP if absent, for a proxy before it."
    )
    drain_delay: Duration = Field(
        default="1s",
        validate_default=True,
        description="How long a stopping server still accepts after /readyz has turned to 503.",
    )
    body_timeout: LongDuration = Field(
        default="10s",
        validate_default=True,
        description="How long a body may take to arrive; a slower one is answered 408.",
    )
    failed_checks: FailedChecks = Field(
        default={}, validate_default=True, description="How often one client may fail the checks."
    )


class AdminToken(Model):
    """What operators show: as `Authorization: Bearer` to the API, in a form to the page."""

    secrets: Secrets


class Admin(Model):
    """The port for health, metrics, the page and the API; not for the world."""

    listen: Listen = Field(
        default="127.0.0.1:9090",
        validate_default=True,
        description="Address and port for operators; port 0 takes a free one.",
    )
    token: AdminToken | None = Field(
        default=None,
        description="Who has it may use the page and the API. Without it both are served on "
        "loopback addresses only, to everyone on this machine.",
    )


class Journal(Model):
    """Where accepted callbacks are kept."""

    path: FilePath = Field(
        default="var/journal.db",
        validate_default=True,
        description="The journal's file, relative to the folder of this configuration file.",
    )
    max_size: JournalSize = Field(
        default="8GiB",
        validate_default=True,
        description="Largest size on disk, at least 128KiB, which is room for some 30 small "
        "callbacks; a full journal answers 503.",
    )
    retention: LongDuration = Field(
        default="7d",
        validate_default=True,
        description="How old an event grows before it is deleted, if every route is past it.",
    )


class Source(Model):
    """One sender; its callbacks come to /callbacks/<name>."""

    provider: Provider = Field(description="The vendor whose callbacks these are.")
    verify: Annotated[tuple[Verification, ...], Field(min_length=1)] = Field(
        description="The checks, which must all pass; at least one must prove the envelope."
    )
    expect_every: LongDuration | None = Field(
        default=None, description="A silence longer than this is shown and alerted."
    )
    rate_limit: RateLimit | None = Field(
        default=None, description="More authentic callbacks than this are answered 429."
    )
    redact: Elements = Field(
        default=(),
        description="Elements of the callbacks that are not kept, neither in events nor in the "
        "stored bytes: by name, by the end of their path, or personal for what the provider knows "
        "to be personal data.",
    )


class Route(Model):
    """A reader of the journal with its own position, and the topic it publishes to."""

    topic: TopicName = Field(description="The Kafka topic; it must exist.")
    name: TopicName = Field(
        default_factory=lambda fields: fields["topic"],
        description="The route's name in commands and metrics; the topic's if absent.",
    )
    match: Mapping[Attribute, Globs] = Field(
        default={},
        description="Attribute to glob, or list of globs of which one must match; all attributes "
        "must. Every event if absent.",
    )
    key: Attribute = Field(
        default="subject", description="The attribute that becomes the Kafka key."
    )


class DeadLetter(Model):
    """Where events go that a topic will not take."""

    topic: TopicName = Field(description="The Kafka topic; it must exist.")


class Settings(Model):
    """The whole configuration of a gateway."""

    server: Server = Field(default={}, validate_default=True, description="The port for callbacks.")
    admin: Admin = Field(default={}, validate_default=True, description="The port for operators.")
    journal: Journal = Field(
        default={}, validate_default=True, description="Where accepted callbacks are kept."
    )
    sources: Annotated[Mapping[SourceName, Source], Field(min_length=1)] = Field(
        description="Name to sender; the name stands in the callback's URL."
    )
    kafka: Kafka | None = Field(
        default=None, description="The cluster to publish to; without it the journal is all."
    )
    routes: tuple[Route, ...] = Field(
        default=(), description="Which events go to which topics; each route has its own position."
    )
    dead_letter: DeadLetter | None = Field(
        default=None, description="Where events go that a topic will not take."
    )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed but unwise, one sentence each."""
        return tuple(short_secrets(self))
