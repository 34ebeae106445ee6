"""The section `kafka`: how to reach and use the cluster, under Kafka's own names."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from gateway.settings.checks import Model
from gateway.settings.secret import Secret, SecretReference
from gateway.settings.values import Address, Broker, ReadableFile, Text

_CODEC_MODULES = {"gzip": "zlib", "lz4": "lz4", "snappy": "snappy", "zstd": "zstandard"}


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


Codec = Annotated[Literal["gzip", "lz4", "snappy", "zstd"], AfterValidator(_installed)]
Password = Annotated[SecretReference, AfterValidator(_text)]


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
        default=15,
        ge=0,
        le=60000,
        description="Milliseconds between two looks into the journal; longer makes larger batches.",
    )
    batch_size: int = Field(
        default=122880,
        ge=1024,
        description="Bytes of records in one request; a larger one goes alone.",
    )
    max_request_size: int = Field(
        default=1048576,
        ge=1024,
        description="Largest request in bytes; a larger event goes to the dead letters.",
    )
    request_timeout_ms: int = Field(
        default=3000,
        ge=100,
        description="Milliseconds without an answer after which a connection counts as dead.",
    )

    def options(self) -> dict[str, Any]:
        """What a Kafka client is to be given, under Kafka's names; secrets as text."""
        given = {name: value for name, value in self if value is not None and name != "mode"}
        return {name: _plain(value) for name, value in given.items()}


def _plain(value: object) -> object:
    match value:
        case Secret():
            return value.value.decode()
        case tuple():
            return tuple(map(_plain, value))
        case Address() | Path():
            return str(value)
    return value
