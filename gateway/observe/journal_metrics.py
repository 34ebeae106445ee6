"""What the journal itself knows, as metrics read at each scrape.

A journal that cannot be read takes its own metrics away, and no others.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.core.errors import GatewayError
from gateway.observe.outcomes import Figure, families


@dataclass(frozen=True, slots=True)
class RouteState:
    """How far a route is behind."""

    lag: int
    """Events after its position."""
    oldest_seconds: float
    """Age of the first of them, 0 when there is none."""


class JournalFigures(Protocol):
    """Read by the scrape, from any thread; GatewayError where the journal does not answer."""

    def events(self) -> int:
        """How many events are kept."""
        ...

    def bytes(self) -> int:
        """Size on disk."""
        ...

    def fill(self) -> float:
        """How much of its room is used: 0 to 1."""
        ...

    def quarantine(self) -> int:
        """How many callbacks are in quarantine."""
        ...

    def routes(self) -> Mapping[str, RouteState]:
        """Each configured route."""
        ...

    def outcomes(self) -> Mapping[Figure, float]:
        """What was counted of the events."""
        ...


_GAUGES: Final[tuple[tuple[str, str, Callable[[JournalFigures], float]], ...]] = (
    ("gateway_journal_events", "Events in the journal.", lambda figures: figures.events()),
    ("gateway_journal_bytes", "Size of the journal on disk.", lambda figures: figures.bytes()),
    (
        "gateway_journal_fill_ratio",
        "Share of the room that max_size gives to events which they use.",
        lambda figures: figures.fill(),
    ),
    (
        "gateway_quarantine_callbacks",
        "Callbacks in quarantine, neither retried nor discarded.",
        lambda figures: figures.quarantine(),
    ),
)


class JournalCollector(Collector):
    """What the journal has, how far routes are in it, and what was counted of it."""

    def __init__(self, figures: Callable[[], AbstractContextManager[JournalFigures]]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        """One sample of everything."""
        found: list[Metric] = []
        try:
            with self._figures() as figures:
                found = [*_gauges(figures), *_routes(figures), *families(figures.outcomes())]
        except GatewayError:
            found = []
        up = GaugeMetricFamily(
            "gateway_journal_up", "Whether the journal can be read.", value=bool(found)
        )
        return [up, *found]


def _gauges(figures: JournalFigures) -> Iterable[Metric]:
    for name, text, value in _GAUGES:
        yield GaugeMetricFamily(name, text, value=value(figures))


def _routes(figures: JournalFigures) -> Iterable[Metric]:
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
