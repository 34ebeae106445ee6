"""What the journal itself knows, as metrics read at each scrape."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


@dataclass(frozen=True, slots=True)
class RouteState:
    """How far a route is behind."""

    lag: int
    """Events after its position."""
    oldest_seconds: float
    """Age of the first of them, 0 when there is none."""


class JournalFigures(Protocol):
    """Read by the scrape, from any thread."""

    def events(self) -> int:
        """How many events are kept."""
        ...

    def bytes(self) -> int:
        """Size on disk."""
        ...

    def routes(self) -> Mapping[str, RouteState]:
        """Each configured route."""
        ...


class JournalCollector(Collector):
    """Gauges of the journal and of the routes' positions in it."""

    def __init__(self, figures: Callable[[], AbstractContextManager[JournalFigures]]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        """One sample of everything."""
        with self._figures() as figures:
            yield from _families(figures)


def _families(figures: JournalFigures) -> Iterable[Metric]:
    yield GaugeMetricFamily(
        "gateway_journal_events", "Events in the journal.", value=figures.events()
    )
    yield GaugeMetricFamily(
        "gateway_journal_bytes", "Size of the journal on disk.", value=figures.bytes()
    )
    lag = GaugeMetricFamily(
        "gateway_route_lag_events", "Events after a route's position.", labels=["route"]
    )
    oldest = GaugeMetricFamily(
        "gateway_route_oldest_seconds",
        "Age of the oldest event that a route has not published.",
        labels=["route"],
    )
    for name, state in figures.routes().items():
        lag.add_metric([name], state.lag)
        oldest.add_metric([name], state.oldest_seconds)
    yield from (lag, oldest)
