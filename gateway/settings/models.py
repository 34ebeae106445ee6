"""The sections of `gateway.yaml`: every key, its type, its default and what it means.

The defaults are written as they would stand in the file, so that the JSON Schema shows them so.
Rules between keys are in `rules`.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.settings.advice import short_secrets
from gateway.settings.checks import Model, Verification
from gateway.settings.secret import Secret, SecretReference
from gateway.settings.values import (
    Address,
    Broker,
    Duration,
    FilePath,
    Listen,
    LongDuration,
    Network,
    Provider,
    ReadableFile,
    Size,
    SourceName,
    Text,
    TopicName,
)

_CODEC_MODULES = {"gzip": "zlib", "lz4": "lz4", "snappy": "snappy", "zstd": "zstandard"}

Attribute = Literal[
    "id",
    "source",
    "provider",
    "type",
    "subject",
    "tag",
    "outcome",
    "event_name",
    "bucket",
    "region",
]
"""What a route may look at or take as its key."""


def _installed(value: str | None) -> str | None:
    if value is not None and find_spec(_CODEC_MODULES[value]) is None:
        raise ValueError(f"{value} needs the Python package {_CODEC_MODULES[value]}")
    return value


def _text(value: Secret) -> Secret:
    try:
        value.value.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"{value.reference} is not UTF-8 text") from error
    return value


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Codec = Annotated[Literal["gzip", "lz4", "snappy", "zstd"], AfterValidator(_installed)]
Password = Annotated[SecretReference, AfterValidator(_text)]
Globs = Annotated[
    tuple[Text, ...],
    Field(min_length=1),
    BeforeValidator(_one_or_many, json_schema_input_type=Text | tuple[Text, ...]),
]


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
        default=(), description="Networks whose X-Forwarded-For is believed."
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


class Admin(Model):
    """The port for health, metrics and the API; not for the world."""

    listen: Listen = Field(
        default="127.0.0.1:9090",
        validate_default=True,
        description="Address and port for operators; port 0 takes a free one.",
    )


class Journal(Model):
    """Where accepted callbacks are kept."""

    path: FilePath = Field(
        default="var/journal.db",
        validate_default=True,
        description="The journal's file, relative to the folder of this configuration file.",
    )
    max_size: Size = Field(
        default="8GiB",
        validate_default=True,
        description="Largest size on disk; a full journal answers 503.",
    )
    retention: LongDuration = Field(
        default="7d",
        validate_default=True,
        description="How long an event is kept after every route has published it.",
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


class Kafka(Model):
    """The cluster to publish to. Keys carry Kafka's own names."""

    bootstrap_servers: Annotated[tuple[Broker, ...], Field(min_length=1)] = Field(
        description="Brokers to start from, host:port."
    )
    mode: Literal["structured", "binary"] = Field(
        default="structured", description="Where a record carries its CloudEvents attributes."
    )
    client_id: Text = Field(default="gateway", description="The name that brokers see and log.")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="How to talk to the brokers."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = Field(
        default=None, description="How to log in, where security_protocol is one of SASL."
    )
    sasl_plain_username: Text | None = Field(default=None, description="The user to log in as.")
    sasl_plain_password: Password | None = Field(
        default=None, description="The user's password, as env:NAME or file:/path."
    )
    ssl_cafile: ReadableFile | None = Field(
        default=None, description="PEM file of the authorities to trust; the system's if absent."
    )
    ssl_certfile: ReadableFile | None = Field(
        default=None, description="PEM file of the client's certificate."
    )
    ssl_keyfile: ReadableFile | None = Field(
        default=None, description="PEM file of the key to ssl_certfile."
    )
    ssl_password: Password | None = Field(
        default=None, description="The password of ssl_keyfile, as env:NAME or file:/path."
    )
    ssl_check_hostname: bool = Field(
        default=True, description="Whether a broker's certificate must name its host."
    )
    compression_type: Codec | None = Field(
        default=None, description="Codec for batches of records; none if absent."
    )
    linger_ms: int = Field(
        default=5, ge=0, le=60000, description="Milliseconds to wait for a batch to fill."
    )
    max_request_size: int = Field(
        default=1048576,
        ge=1024,
        description="Largest request in bytes; a larger event goes to the dead letters.",
    )

    def options(self) -> dict[str, object]:
        """What a Kafka client is to be given, under Kafka's names; secrets as text."""
        given = {name: value for name, value in self if value is not None and name != "mode"}
        return {name: _plain(value) for name, value in given.items()}


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


def _plain(value: object) -> object:
    match value:
        case Secret():
            return value.value.decode()
        case tuple():
            return [_plain(item) for item in value]
        case Address() | Path():
            return str(value)
    return value
