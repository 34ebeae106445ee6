"""Journals of gateways that do not run, with what a test puts into them."""

import hashlib

from msgspec import structs

from gateway.core.errors import Reason
from gateway.core.model import Entry, Quarantine
from gateway.core.pipeline import process
from gateway.journal import Writer
from tests.e2e.gateway import Gateway, callback
from tests.sources import OPEN, entry
from tests.sources import callback as received

RECEIVED = "2026-01-01T00:00:00.000000Z"


def unreadable(body: bytes, *, at: str = RECEIVED, headers: bytes = b"[]") -> Entry:
    """In quarantine for its schema: wrongly, where `body` is a good callback."""
    made = process(received(body), OPEN).entry
    identity = hashlib.sha256(body).hexdigest()[:32]
    return structs.replace(
        made,
        received_at=at,
        headers=headers,
        events=(),
        quarantine=Quarantine(identity, Reason.SCHEMA, "as of an older schema"),
    )


def keep(gateway: Gateway, *entries: Entry) -> list[str]:
    """Put them into its journal; their ids, in quarantine or of their first event."""
    with Writer(gateway.journal, max_size=1 << 28) as journal:
        journal.append(entries)
    return [each.quarantine.id if each.quarantine else each.events[0].id for each in entries]


def event(key: str, number: int = 0, *, at: str = RECEIVED, state: str = "Success") -> Entry:
    """A callback of the job `key` that became an event."""
    return structs.replace(entry(callback(key, number, state=state)), received_at=at)
