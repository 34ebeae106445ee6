"""The journal's events → how jobs ended, counted once and kept beside them.

The wiring between the journal, which keeps the figures, and what they are; in the supervisor, away
from whoever receives. A turn is short: where there is much to count, as on the first start with an
old journal, it goes on in the next.
"""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Final

from gateway.catalogue import known_tags
from gateway.journal import Outcomes
from gateway.observe import metrics
from gateway.observe.outcomes import LAST_EVENT, Counting
from gateway.providers import providers

TURN_SECONDS: Final = 0.5
_EVENTS: Final = 500


class OutcomeCounter:
    """For one thread at a time; raises JournalError where the journal does not answer."""

    def __init__(
        self, path: Path, sources: Collection[str], *, seconds: float = TURN_SECONDS
    ) -> None:
        """Open or create the journal, and tell when each of `sources` was last heard of.

        A turn begins nothing new after so many seconds.
        """
        self._seconds = seconds
        self._journal = Outcomes(path)
        self._last = dict.fromkeys(sources, 0.0)
        for source, at in self._journal.quarantined().items():
            self._heard(source, datetime.fromisoformat(at).timestamp())
        self._count = self._counting()

    def turn(self) -> None:
        """Count what is new, or some of it."""
        end = monotonic() + self._seconds
        while (counted := self._count(self._journal.read(_EVENTS))).last:
            if not self._journal.keep(counted.last, counted.added, counted.raised):
                self._count = self._counting()  # another gateway counts the same journal
            for (_, source), moment in counted.raised.items():
                self._heard(source, moment)
            if monotonic() >= end:
                break

    def close(self) -> None:
        """Nothing is lost without it."""
        self._journal.close()

    def _counting(self) -> Counting:
        figures = self._journal.figures()
        for figure, moment in figures.items():
            if figure[0] == LAST_EVENT:
                self._heard(figure[1], moment)
        return Counting(known_tags(), providers(), figures)

    def _heard(self, source: str, moment: float) -> None:
        """The receivers say so too, but forget it when the gateway ends."""
        if moment > self._last.get(source, moment):
            self._last[source] = moment
            metrics.last_callback(source).set(moment)
