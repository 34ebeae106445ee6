"""Callback → Entry: verify → decode → normalize → check the content → check the schema.

Pure and total: for any bytes it returns an entry to be made durable, or raises `Refused` or
`Ignored`. What is authentic but unreadable becomes a quarantine entry, with the raw bytes.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

import orjson

from gateway.core.contract import Contract
from gateway.core.errors import Ignored, Reason, Unreadable
from gateway.core.model import Callback, Entry, Event, Proof, Quarantine, Value
from gateway.core.origin import ContentCheck, EnvelopeCheck, verify
from gateway.core.provider import Decode, Draft, Normalize, claims
from gateway.core.redact import Redact, decode_redacted

ID_LENGTH: Final = 32
_SECRET_HEADER = re.compile(
    rb"authorization|cookie|secret|token|password|api[-_]?key|credential", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Source:
    """One configured source: its checks and its provider's functions, ready to run."""

    name: str
    provider: str
    envelope: Sequence[EnvelopeCheck]
    content: Sequence[ContentCheck]
    decode: Decode
    is_probe: Callable[[Value], bool]
    normalize: Normalize
    contract: Contract
    redact: Redact | None = None
    """Empties what must not be kept; None keeps everything."""


class Receipted(NamedTuple):
    """What the pipeline made of a callback: the entry, its proofs, and what was new in it."""

    entry: Entry
    proofs: tuple[Proof, ...]
    drafts: tuple[Draft, ...] = ()


def process(callback: Callback, source: Source) -> Receipted:
    """The entry that must be durable before the sender gets its 200.

    Raises `Refused`, and `Ignored` for a probe, which needs no check on the content: it has none.
    """
    verified = verify(callback, source.envelope)
    proofs = verified.proofs
    redacted: tuple[str, ...] = ()
    try:
        if source.redact is None:
            document = source.decode(verified)
        else:  # from here on nobody sees what must not be kept
            document, callback, redacted = decode_redacted(verified, source.decode, source.redact)
        if source.is_probe(document):
            raise Ignored(Reason.PROBE)
        drafts = source.normalize(document)
        if source.content:
            claimed = claims(drafts)
            proofs += tuple(check(claimed) for check in source.content)
        for draft in drafts:
            source.contract.check(draft.schema, draft.data)
    except Unreadable as error:
        return Receipted(_quarantined(callback, proofs, error), proofs)
    proved = ",".join(proof.proved for proof in proofs)
    events = tuple(
        _event(draft, source, callback, proved=proved, redacted=redacted) for draft in drafts
    )
    return Receipted(_entry(callback, proved, events=events), proofs, tuple(drafts))


def _entry(
    callback: Callback,
    proved: str,
    *,
    events: tuple[Event, ...] = (),
    quarantine: Quarantine | None = None,
) -> Entry:
    return Entry(
        source=callback.source,
        received_at=callback.received_at,
        headers=stored_headers(callback.headers, callback.token),
        body=callback.body,
        verified_by=proved,
        events=events,
        quarantine=quarantine,
    )


def _quarantined(callback: Callback, proofs: Sequence[Proof], error: Unreadable) -> Entry:
    identity = hashlib.sha256(callback.source.encode() + b"\0" + callback.body).hexdigest()
    quarantine = Quarantine(identity[:ID_LENGTH], error.reason, str(error)[:300])
    proved = ",".join(proof.proved for proof in proofs)
    return _entry(callback, proved, quarantine=quarantine)


def _event(
    draft: Draft, source: Source, callback: Callback, *, proved: str, redacted: tuple[str, ...]
) -> Event:
    data = orjson.dumps(draft.data, option=orjson.OPT_SORT_KEYS)
    identity = f"{source.provider}\0{draft.kind}\0{draft.subject}\0".encode()
    event_id = hashlib.sha256(identity + data).hexdigest()[:ID_LENGTH]
    subject = draft.subject or event_id
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/callbacks/{callback.source}",
        "type": draft.type,
        "subject": subject,
        "time": draft.time or callback.received_at,
        "datacontenttype": "application/json",
        "dataschema": draft.schema,
        "receivedtime": callback.received_at,
        "verifiedby": proved,
        "partitionkey": subject,
        "data": orjson.Fragment(data),
    }
    if redacted:
        envelope["redacted"] = ",".join(redacted)
    return Event(
        id=event_id,
        source=callback.source,
        type=draft.type,
        subject=subject,
        tag=draft.tag,
        outcome=draft.outcome,
        json=orjson.dumps(envelope),
    )


def stored_headers(headers: Sequence[tuple[bytes, bytes]], token: bytes | None) -> bytes:
    """The headers as JSON pairs, without those that carry a secret or repeat the URL's."""
    return orjson.dumps(
        [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in headers
            if not _is_secret(name) and not (token and _repeats(value, token))
        ]
    )


def _repeats(value: bytes, token: bytes) -> bool:
    return token in value or (b"%" in value and token in unquote_to_bytes(value))


@lru_cache(maxsize=1024)
def _is_secret(name: bytes) -> bool:
    return _SECRET_HEADER.search(name) is not None
