"""What the supervisor does beside its children: keep the journal small, and read it for metrics."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from gateway.journal import JournalError, Reader, Upkeep
from gateway.observe.journal_metrics import JournalCollector, JournalFigures, RouteState
from gateway.settings import Settings

_CHECKPOINT_SECONDS: Final = 1.0
_RETAIN_SECONDS: Final = 60.0
_log = logging.getLogger(__name__)


class Operations:
    """Maintenance of the journal, in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        """Open or create the journal. Raises JournalError."""
        self._retention = settings.journal.retention
        self._routes = [route.name for route in settings.routes]
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="upkeep")
        self._upkeep = self._thread.submit(Upkeep, settings.journal.path).result()
        self._retain_at = 0.0

    async def maintain(self) -> None:
        """Until cancelled: each second write the WAL back, each minute delete what has expired."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.run_in_executor(self._thread, self._once)
            except JournalError as error:
                _log.error("maintenance: %s", error)
            await asyncio.sleep(_CHECKPOINT_SECONDS)

    async def close(self) -> None:
        """After the receivers: the last checkpoint, so that a copy of the file is complete."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._upkeep.checkpoint)
        except JournalError as error:
            _log.error("maintenance: %s", error)
        await loop.run_in_executor(self._thread, self._upkeep.close)
        self._thread.shutdown()

    def _once(self) -> None:
        self._upkeep.checkpoint()
        if monotonic() < self._retain_at:
            return
        before = datetime.now(UTC) - timedelta(seconds=self._retention)
        if not self._upkeep.retain(_utc(before), self._routes):
            self._retain_at = monotonic() + min(_RETAIN_SECONDS, self._retention / 2)


class Figures:
    """What one scrape reads from the journal."""

    def __init__(self, journal: Reader, routes: list[str]) -> None:
        self._journal = journal
        self._routes = routes

    def events(self) -> int:
        """How many events are kept."""
        return self._journal.count()

    def bytes(self) -> int:
        """Size on disk."""
        return self._journal.size()

    def routes(self) -> Mapping[str, RouteState]:
        """How far each route is behind."""
        head = self._journal.head()
        return {name: self._state(name, head) for name in self._routes}

    def _state(self, route: str, head: int) -> RouteState:
        position = self._journal.position(route)
        waiting = self._journal.read(position, limit=1, max_bytes=0)
        if not waiting:
            return RouteState(0, 0.0)
        received = datetime.fromisoformat(waiting[0].received_at)
        age = (datetime.now(UTC) - received).total_seconds()
        return RouteState(max(0, head - position), max(0.0, age))


def registry_of(settings: Settings) -> Callable[[], CollectorRegistry]:
    """A registry over all processes' metrics and the journal, made new for each scrape."""
    routes = [route.name for route in settings.routes]

    @contextmanager
    def figures() -> Iterator[JournalFigures]:
        with Reader(settings.journal.path) as journal:
            yield Figures(journal, routes)

    def registry() -> CollectorRegistry:
        made = CollectorRegistry()
        MultiProcessCollector(made)  # type: ignore[no-untyped-call]
        made.register(JournalCollector(figures))
        return made

    return registry


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"
