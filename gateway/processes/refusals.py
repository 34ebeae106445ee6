"""The journal of a receiver, and whether it has refused for want of room since the last beat.

What the appender knows is whether its last commit failed: where a large callback finds no room and
a small one does, that is the one now and the other then, and nobody is told.
"""

from collections.abc import Sequence

from gateway.core.errors import Busy, Reason
from gateway.core.model import Entry, Receipt
from gateway.journal import Writer


class Refusals:
    """A `Writer` for the appender."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._reason: Reason | None = None

    def append(self, entries: Sequence[Entry]) -> list[Receipt]:
        """As the writer does."""
        try:
            return self._writer.append(entries)
        except Busy as error:
            if error.reason is Reason.JOURNAL_FULL:
                self._reason = error.reason
            raise

    def probe(self) -> None:
        """As the writer does; its failure is no callback's."""
        self._writer.probe()

    def since(self) -> Reason | None:
        """Why callbacks were refused since this was asked before; None where none was."""
        reason, self._reason = self._reason, None
        return reason
