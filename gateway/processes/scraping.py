"""All that `/metrics` tells: what the processes count, what the journal knows, what both weigh."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from gateway.journal import Reader
from gateway.observe import metrics
from gateway.observe.journal_metrics import JournalCollector, JournalFigures, RouteState
from gateway.observe.outcomes import Figure
from gateway.observe.processes import ProcessCollector
from gateway.observe.shared import VARIABLE
from gateway.observe.silence import SharedCollector
from gateway.settings import Settings


class Figures:
    """What one scrape reads from the journal."""

    def __init__(self, settings: Settings, journal: Reader) -> None:
        self._settings = settings
        self._journal = journal

    def events(self) -> int:
        """How many events are kept."""
        return self._journal.count()

    def bytes(self) -> int:
        """Size on disk."""
        return self._journal.size()

    def fill(self) -> float:
        """How much of `max_size` is used."""
        return self._journal.fill(self._settings.journal.max_size)

    def quarantine(self) -> int:
        """How many callbacks are in quarantine."""
        return self._journal.quarantine_count()

    def routes(self) -> Mapping[str, RouteState]:
        """How far each route is behind."""
        return {route.name: self._state(route.name) for route in self._settings.routes}

    def outcomes(self) -> Mapping[Figure, float]:
        """What was counted of the events."""
        return self._journal.outcomes()

    def _state(self, route: str) -> RouteState:
        waiting = self._journal.waiting(self._journal.position(route))
        if not waiting.events:
            return RouteState(0, 0.0)
        age = (datetime.now(UTC) - datetime.fromisoformat(waiting.since)).total_seconds()
        return RouteState(waiting.events, max(0.0, age))


def registry_of(
    settings: Callable[[], Settings], processes: Callable[[], Mapping[str, int]]
) -> Callable[[], CollectorRegistry]:
    """The registry of every scrape.

    `settings`: those of now; `processes`: name → pid of each that runs.
    """

    @contextmanager
    def figures() -> Iterator[JournalFigures]:
        with Reader(settings().journal.path) as journal:
            yield Figures(settings(), journal)

    def expected() -> dict[str, float]:
        sources = settings().sources.items()
        return {name: one.expect_every for name, one in sources if one.expect_every is not None}

    registry = CollectorRegistry()
    registry.register(SharedCollector(_counted, expected, since=time.time(), clock=time.time))
    registry.register(JournalCollector(figures))
    registry.register(ProcessCollector(processes))
    return lambda: registry


def _counted() -> Iterable[Metric]:
    """What the processes have counted, together. The file of one that has just begun is empty for
    a moment, of which prometheus_client knows nothing."""
    files: list[str] = []
    # not pathlib: it enters each name into a table of the process's that never shrinks
    with suppress(FileNotFoundError), os.scandir(os.environ[VARIABLE]) as found:
        files += (each.path for each in found if each.name.endswith(".db") and each.stat().st_size)
    counted: list[Metric] = list(MultiProcessCollector.merge(files))  # type: ignore[no-untyped-call]
    return counted + list(metrics.missing(counted))
