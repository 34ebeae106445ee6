"""The values that flow: Callback → Verified → Document → Event → Entry (what the journal keeps).

Times are RFC 3339 text; `received_at` is UTC with microseconds and `Z`. What every callback passes
through is a Struct of msgspec, which is made in C: a frozen dataclass takes ten times as long, and
a named tuple six times, which together costs a tenth of a callback. (mypy 2.4 ends where a NewType
is of a Struct: so `Proven` is a named tuple.)
"""

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, NewType, Protocol

from msgspec import Struct

from gateway.core.errors import Reason

Value = Any
"""A part of a decoded document: the one place where types end."""

Document = dict[str, Value]
"""A decoded body in xmltodict's convention: leaves are text or None (from JSON also numbers and
booleans), a repeated element is a list, attributes are `@name`, mixed text is `#text`."""


class Outcome(StrEnum):
    """How a job ended, in one vocabulary for every provider."""

    SUCCESS = "success"
    FAILURE = "failure"
    CANCELED = "canceled"
    PAUSED = "paused"
    RUNNING = "running"
    UNKNOWN = "unknown"


class Callback(Struct, frozen=True, gc=False):
    """What arrived: exact bytes, and the facts of the request that a check may look at."""

    source: str
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    """Names and values as received, in order; repeats stay."""
    query: Mapping[str, str]
    token: bytes | None
    """The secret that stood in the path or in `?token=`, percent-decoded."""
    peer: str
    """The client's address, read through the trusted proxies."""
    received_at: str
    time: float = 0.0
    """Reception in Unix seconds; a check compares timestamps with it."""
    hop: str = ""
    """The address at the other end of the connection: a proxy's, or the client's own."""
    proxied: bool = False
    """Whether the hop is a trusted proxy: what its headers tell of the client is believed."""
    certificate: bytes = b""
    """The client's certificate of this TLS connection, DER; empty where there is none."""


class Proof(Struct, frozen=True, gc=False):
    """What one check proved: its name in `verifiedby`, and which of the live secrets matched."""

    check: str
    proved: str
    secret: int | None = None
    message_id: str = ""
    """The sender's id of the message, where its signature covers that; empty where it does not."""
    originals: tuple[tuple[str, str], ...] = ()
    """Texts of the content that were opened, each with what is published in its place."""


class Proven(NamedTuple):
    """A callback with the proofs of its envelope."""

    callback: Callback
    proofs: tuple[Proof, ...]


Verified = NewType("Verified", Proven)
"""Only `gateway.core.origin.verify` makes one; decoding takes nothing else."""


class Claims(Protocol):
    """What a callback says of itself that a check on the content can compare."""

    @property
    def buckets(self) -> Sequence[str | None]:
        """Each that an event names, `<name>-<appid>`; None for an event that names none."""
        ...

    @property
    def regions(self) -> Sequence[str | None]:
        """Each that an event names, such as `ap-chongqing`; None for an event that names none."""
        ...

    @property
    def user_data(self) -> Sequence[str | None]:
        """What the submitter of each event's job gave it to carry; None where there is nothing."""
        ...

    @property
    def time(self) -> float:
        """Reception in Unix seconds, for what expires; 0 where it is not told."""
        ...


class Event(Struct, frozen=True, gc=False):
    """One CloudEvent, ready to be kept and published. `json` is its structured JSON form."""

    id: str
    """32 hex digits: SHA-256 over provider, kind, subject and the canonical data."""
    source: str
    """The source's name in the configuration."""
    type: str
    subject: str
    """JobId, RunId or trace id; the event's id where the callback names none. The Kafka key."""
    tag: str
    """The job's Tag, or empty."""
    outcome: str
    """An `Outcome`, or empty where the kind has none."""
    json: bytes


class Quarantine(Struct, frozen=True, gc=False):
    """Why a callback could not become an event. `id` is its `quarantine_id`."""

    id: str
    reason: Reason
    detail: str


def quarantine_id(source: str, body: bytes) -> str:
    """32 hex digits of SHA-256 over source and body."""
    return hashlib.sha256(source.encode() + b"\0" + body).hexdigest()[:32]


class Entry(Struct, frozen=True, gc=False):
    """One callback to be made durable whole: its events, or the reason of its quarantine."""

    source: str
    received_at: str
    headers: bytes
    """JSON array of [name, value], secrets removed."""
    body: bytes
    verified_by: str
    """The checks that passed, comma-separated, e.g. `token,bucket`."""
    events: tuple[Event, ...] = ()
    quarantine: Quarantine | None = None
    message_id: str = ""
    """The sender's id of the message, where a signature covers that: it stands for these events,
    and never for others. Empty where none does."""


class Receipt(Struct, frozen=True, gc=False):
    """The journal's word that an entry is durable. `duplicate`: all of it was there before."""

    duplicate: bool
    quarantine: Quarantine | None = None
    """Why it is kept in quarantine and not as its events, where only the journal could tell."""


class Record(Struct, frozen=True, gc=False):
    """An event as the journal keeps it. `seq` is its number: routes are positions in these."""

    seq: int
    received_at: str
    event: Event
