"""How to reach and use the cluster, under Kafka's own names; defaults are the measured ones."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaOptions:
    """Times in milliseconds, sizes in bytes, files as paths."""

    bootstrap_servers: tuple[str, ...]
    client_id: str = "gateway"
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_plain_username: str | None = None
    sasl_plain_password: str | None = field(default=None, repr=False)
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    ssl_password: str | None = field(default=None, repr=False)
    ssl_check_hostname: bool = True
    compression_type: str | None = None
    linger_ms: float = 15
    """Shortest time from one look into the journal to the next while events come in: half of it
    is the mean delay of an event, and each look has a fixed price."""
    batch_size: int = 122_880
    """Bytes of all batches of one request, each of one partition; what is larger goes alone: one
    record, or a batch that is repeated.

    kafka-python encodes into a buffer that begins with 64 KiB, doubles and is never made smaller:
    with the copies on the way it would cost a process a MiB after each backlog larger than before.
    A request of this size and its frame fit into 128 KiB.
    """
    max_request_size: int = 1_048_576
    """Bytes of one request; a record that alone would be larger is refused."""
    request_timeout_ms: int = 3_000
    """How long an answer may take before the connection counts as dead."""
