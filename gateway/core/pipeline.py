"""Callback → Entry: verify → decode → normalize → check the content → check the schema.

Pure and total: for any bytes it returns an entry to be made durable, or raises `Refused` or
`Ignored`. What is authentic but unreadable becomes a quarantine entry, with the raw bytes.
"""

import hashlib
import math
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import orjson
from msgspec import Struct

from gateway.core.contract import Contract
from gateway.core.echo import masked, masked_text, repeats
from gateway.core.encode import encode_callback
from gateway.core.errors import GatewayError, Ignored, Reason, Unreadable, forget_frames
from gateway.core.hashing import feed
from gateway.core.model import (
    Callback,
    Entry,
    Event,
    Proof,
    Quarantine,
    Value,
    Verified,
    quarantine_id,
)
from gateway.core.origin import ContentCheck, EnvelopeCheck, verify
from gateway.core.originals import restored
from gateway.core.provider import Decode, Draft, Encode, Normalize, Options, claims
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
    encode: Encode = encode_callback
    """Writes the callback anew where something was emptied."""
    options: Options | None = None
    """Answers OPTIONS; None refuses it."""
    per_minute: float = math.inf
    """How many callbacks it takes in the long run; what OPTIONS is answered."""
    confirm: "Confirm | None" = None
    """The stage after this one; until it is through, all events are in quarantine."""
    url_secrets: tuple[bytes, ...] = ()
    """Live secrets that may stand in the URL, the longest first: an event that repeats one has a
    mask in its place."""
    secret_headers: frozenset[bytes] = frozenset()
    """Headers, in lower case, that carry a secret though their name does not say so."""


class Receipted(Struct, frozen=True, gc=False):
    """What the pipeline made of a callback: the entry, its proofs, and what was new in it."""

    entry: Entry
    proofs: tuple[Proof, ...]
    drafts: tuple[Draft, ...] = ()
    held: Entry | None = None
    """What takes the place of `entry` once its events, those of `drafts`, are confirmed."""


Confirm = Callable[[Receipted], Awaitable[Receipted]]
"""Has the held events of a callback confirmed elsewhere; gives what is to be made durable, or
raises `Refused`. Without held events it changes nothing."""


def process(callback: Callback, source: Source) -> Receipted:
    """The entry that must be durable before the sender gets its 200.

    Raises `Refused`, and `Ignored` for a probe, which needs no check on the content: it has none.
    """
    work = _Work(callback, source)
    for stage in _STAGES:
        if work.made is None:
            _advance(work, stage)
    assert work.made is not None
    return work.made


def process_all(callbacks: Iterable[tuple[Callback, Source]]) -> list[Receipted | Exception]:
    """The same of each, or what it would raise. Each stage for all of them before the next one: so
    it finds its own code in the processor's caches, and takes an eighth less."""
    works = [_Work(callback, source) for callback, source in callbacks]
    for stage in _STAGES:
        for work in works:
            if work.made is None and work.error is None:
                try:
                    _advance(work, stage)
                except GatewayError as error:
                    forget_frames(error)  # they have the work, which has the error
                    work.error = error
                except Exception as error:  # noqa: BLE001 - one's bug is no other's
                    work.error = error
    return [_result(work) for work in works]


class _Work:
    """How far a callback has come."""

    def __init__(self, callback: Callback, source: Source) -> None:
        self.callback = callback
        self.source = source
        self.verified: Verified | None = None
        self.proofs: tuple[Proof, ...] = ()
        self.redacted: tuple[str, ...] = ()
        self.document: Value = None
        self.drafts: list[Draft] = []
        self.made: Receipted | None = None
        self.error: Exception | None = None


def _result(work: _Work) -> Receipted | Exception:
    found = work.error or work.made
    assert found is not None
    return found


def _advance(work: _Work, stage: Callable[[_Work], None]) -> None:
    """One stage on; what is authentic and unreadable goes to quarantine."""
    try:
        stage(work)
    except Unreadable as error:
        if work.verified is None:
            raise
        kept = _quarantined(work.callback, work.source, work.proofs, error=error)
        work.made = Receipted(kept, work.proofs)


def _verify(work: _Work) -> None:
    verified = verify(work.callback, work.source.envelope)
    work.verified, work.proofs = verified, verified.proofs


def _decode(work: _Work) -> None:
    source, verified = work.source, work.verified
    assert verified is not None
    if source.redact is None:
        document = source.decode(verified)
    else:  # from here on nobody sees what must not be kept
        document, work.callback, work.redacted = decode_redacted(
            verified, source.redact, decode=source.decode, encode=source.encode
        )
    work.document = masked(document, work.callback, source.url_secrets)
    if source.is_probe(work.document):
        raise Ignored(Reason.PROBE)


def _normalize(work: _Work) -> None:
    work.drafts = work.source.normalize(work.document)


def _judge(work: _Work) -> None:
    source = work.source
    if source.content:
        claimed = claims(work.drafts, work.callback.time)
        work.proofs += tuple([check(claimed) for check in source.content])
        work.drafts = restored(work.drafts, work.proofs)
    for draft in work.drafts:
        source.contract.check(draft.schema, draft.data)


def _finish(work: _Work) -> None:
    callback, source, proofs = work.callback, work.source, work.proofs
    proved = ",".join([proof.proved for proof in proofs])
    events = tuple(
        [
            _event(draft, source, callback, proved=proved, redacted=work.redacted)
            for draft in work.drafts
        ]
    )
    signed = [proof.message_id for proof in proofs if proof.message_id]
    entry = _entry(callback, source, proved, events=events, message_id=signed[0] if signed else "")
    if source.confirm is None:
        work.made = Receipted(entry, proofs, tuple(work.drafts))
        return
    waiting = Unreadable(Reason.UNCONFIRMED, "nobody has confirmed it")
    kept = _quarantined(callback, source, proofs, error=waiting)
    work.made = Receipted(kept, proofs, tuple(work.drafts), held=entry)


_STAGES: Final = (_verify, _decode, _normalize, _judge, _finish)


def _entry(
    callback: Callback,
    source: Source,
    proved: str,
    *,
    events: tuple[Event, ...] = (),
    quarantine: Quarantine | None = None,
    message_id: str = "",
) -> Entry:
    return Entry(
        source=callback.source,
        received_at=callback.received_at,
        headers=stored_headers(callback.headers, source.url_secrets, secret=source.secret_headers),
        body=callback.body,
        verified_by=proved,
        events=events,
        quarantine=quarantine,
        message_id=message_id,
    )


def _quarantined(
    callback: Callback, source: Source, proofs: Sequence[Proof], *, error: Unreadable
) -> Entry:
    detail = masked_text(str(error), source.url_secrets)
    identity = quarantine_id(callback.source, callback.body)
    quarantine = Quarantine(identity, error.reason, detail[:300])
    proved = ",".join(proof.proved for proof in proofs)
    return _entry(callback, source, proved, quarantine=quarantine)


def _event(
    draft: Draft, source: Source, callback: Callback, *, proved: str, redacted: tuple[str, ...]
) -> Event:
    data = orjson.dumps(draft.data, option=orjson.OPT_SORT_KEYS)
    identity = hashlib.sha256(f"{source.provider}\0{draft.kind}\0{draft.subject}\0".encode())
    feed(identity, data)
    event_id = identity.hexdigest()[:ID_LENGTH]
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


def stored_headers(
    headers: Sequence[tuple[bytes, bytes]], secrets: tuple[bytes, ...], *, secret: frozenset[bytes]
) -> bytes:
    """The headers as JSON pairs, without those that carry a secret or repeat one of the URL's."""
    values = b"\0".join([value for _, value in headers])
    is_told = repeats(values, secrets)
    return orjson.dumps(
        [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in headers
            if not _is_secret(name)
            and not (secret and name.lower() in secret)
            and not (is_told and repeats(value, secrets))
        ]
    )


@lru_cache(maxsize=1024)
def _is_secret(name: bytes) -> bool:
    return _SECRET_HEADER.search(name) is not None
