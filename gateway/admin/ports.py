"""What the page and the API ask of the gateway. Every method blocks: it is called in a thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gateway.core.errors import GatewayError, Reason
from gateway.core.model import Document


class NotThereError(GatewayError):
    """No such event, callback in quarantine, route or replay."""

    status = 404
    reason = Reason.NOT_FOUND


class RequestError(GatewayError):
    """What the request asks for cannot be understood."""

    status = 400
    reason = Reason.MALFORMED_REQUEST


class NotNowError(GatewayError):
    """What the request asks for cannot be done as things are."""

    status = 409
    reason = Reason.MALFORMED_REQUEST


@dataclass(frozen=True, slots=True)
class Query:
    """Which events: numbered below `before`, received in a time, matching globs and text."""

    limit: int
    before: int | None = None
    since: str = ""
    until: str = "9"
    match: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class HeldQuery:
    """Which callbacks in quarantine: older than the one with the id `before`; empty is any."""

    limit: int
    before: str = ""
    source: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A time in bars of equal length, of one source or of all."""

    since: datetime
    bars: int
    seconds: int
    source: str = ""


class Desk(Protocol):
    """Where operators ask. Every method may raise GatewayError with its status."""

    def events(self, query: Query) -> Document:
        """Newest first, with the number to go on `before`; null at the end."""
        ...

    def event(self, event_id: str) -> Document:
        """One event, the checks it passed, the routes that match it, and where it is published."""
        ...

    def event_raw(self, event_id: str) -> bytes:
        """The body of the callback that it came with."""
        ...

    def replay(self, event_id: str, route: str) -> Document:
        """Publish it once more, on one route or on all that have published it."""
        ...

    def after(self, number: int | None, query: Query) -> tuple[int, list[Document]]:
        """The next events after a number, or none and the number of the newest; and where to
        go on."""
        ...

    def history(self, span: Span) -> Document:
        """How many events a time had, by outcome."""
        ...

    def quarantine(self, query: HeldQuery) -> Document:
        """Newest first, with the id to go on `before`; null at the end."""
        ...

    def quarantined(self, quarantine_id: str) -> Document:
        """One callback, with its headers."""
        ...

    def quarantined_raw(self, quarantine_id: str) -> bytes:
        """Its body."""
        ...

    def retry(self, quarantine_id: str) -> Document:
        """Try it again by the configuration of now."""
        ...

    def discard(self, quarantine_id: str) -> Document:
        """Take it out of quarantine."""
        ...

    def routes(self) -> Document:
        """Where each route is, and the replays that are under way."""
        ...

    def rewind(self, route: str, to: str) -> Document:
        """Move a route back to a number, a time as the journal writes it, or `start`."""
        ...

    def cancel(self, replay: str) -> Document:
        """End a replay that is under way."""
        ...

    def sources(self) -> Document:
        """What was heard of each source."""
        ...

    def source_names(self) -> list[str]:
        """Those of the configuration."""
        ...
