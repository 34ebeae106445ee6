"""What the API asks of the gateway. Every method blocks: it is called in a thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gateway.core.errors import GatewayError, Reason
from gateway.core.model import Document


class NotThereError(GatewayError):
    """No such event, callback in quarantine or route."""

    status = 404
    reason = Reason.NOT_FOUND


class RequestError(GatewayError):
    """What the request asks for cannot be understood or done."""

    status = 400
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


class Desk(Protocol):
    """Where operators ask. Every method may raise GatewayError with its status."""

    def events(self, query: Query) -> Document:
        """Newest first, with the number to go on `before`; null at the end."""
        ...

    def event(self, event_id: str) -> Document:
        """One event, the checks it passed, and the routes that match it."""
        ...

    def event_raw(self, event_id: str) -> bytes:
        """The body of the callback that it came with."""
        ...

    def after(self, number: int | None) -> tuple[int, list[Document]]:
        """The next events after a number, or none and the number of the newest; and where to
        go on."""
        ...

    def quarantine(self, source: str, reason: str, *, limit: int) -> Document:
        """Newest first."""
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
        """Where each route is."""
        ...

    def rewind(self, route: str, to: str) -> Document:
        """Move a route back to a number, a time as the journal writes it, or `start`."""
        ...

    def sources(self) -> Document:
        """What was heard of each source."""
        ...
