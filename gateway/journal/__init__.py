"""Events and raw bytes into SQLite and out again: the gateway's only memory."""

from gateway.journal.appender import Appender
from gateway.journal.connection import require, unwritable
from gateway.journal.errors import DamagedJournalError, JournalError
from gateway.journal.outcomes import COUNTER, Outcomes
from gateway.journal.publications import Publications, Published
from gateway.journal.quarantine import Among, Quarantined
from gateway.journal.reader import Raw, Reader, Waiting
from gateway.journal.recovery import damage
from gateway.journal.replays import Ranges, Replay, Replays
from gateway.journal.tenant import Tenant, tenant
from gateway.journal.upkeep import Upkeep, Wal
from gateway.journal.writer import Writer

__all__ = [
    "COUNTER",
    "Among",
    "Appender",
    "DamagedJournalError",
    "JournalError",
    "Outcomes",
    "Publications",
    "Published",
    "Quarantined",
    "Ranges",
    "Raw",
    "Reader",
    "Replay",
    "Replays",
    "Tenant",
    "Upkeep",
    "Waiting",
    "Wal",
    "Writer",
    "damage",
    "require",
    "tenant",
    "unwritable",
]
