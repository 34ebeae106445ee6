"""Entries by name: the same name is the same event."""

import gc
import hashlib

from gateway.core.errors import Reason
from gateway.core.model import Entry, Event, Quarantine

EARLY = "2026-01-01T00:00:00.000000Z"
LATE = "2026-02-01T00:00:00.000000Z"


def identity(name: str) -> str:
    """The id that a name has."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def event(name: str) -> Event:
    """An event; its JSON is its name in quotes."""
    return Event(
        id=identity(name),
        source="media",
        type="com.tencentcloud.ci.job.finished",
        subject=f"job of {name}",
        tag="Transcode",
        outcome="success",
        json=f'"{name}"'.encode(),
    )


def callback(*names: str, body: bytes = b"<Response/>", at: str = EARLY) -> Entry:
    """One callback with so many events."""
    return Entry(
        source="media",
        received_at=at,
        headers=b'[["Content-Type", "text/xml"]]',
        body=body,
        verified_by="token,bucket",
        events=tuple(map(event, names)),
    )


def unreadable(name: str, *, at: str = EARLY) -> Entry:
    """One callback for the quarantine."""
    return Entry(
        source="media",
        received_at=at,
        headers=b"[]",
        body=name.encode(),
        verified_by="token",
        quarantine=Quarantine(identity(name), Reason.MALFORMED_XML, "line 1"),
    )


def entries() -> int:
    """How many there are in this process, of this and of other tests."""
    return sum(isinstance(each, Entry) for each in gc.get_objects())
