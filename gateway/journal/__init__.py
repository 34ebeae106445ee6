"""Events and raw bytes into SQLite and out again: the gateway's only memory."""

from gateway.journal.appender import Appender
from gateway.journal.errors import JournalError
from gateway.journal.reader import Quarantined, Raw, Reader
from gateway.journal.upkeep import Upkeep, Wal
from gateway.journal.writer import Writer

__all__ = ["Appender", "JournalError", "Quarantined", "Raw", "Reader", "Upkeep", "Wal", "Writer"]
