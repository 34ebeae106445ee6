"""Every metric that `/metrics` has → a table: name, labels, kind, meaning."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from prometheus_client.core import Metric
from prometheus_client.metrics import MetricWrapperBase

from gateway.observe import metrics as counted
from gateway.observe.journal_metrics import JournalCollector, JournalFigures, RouteState
from gateway.observe.outcomes import Figure
from gateway.observe.processes import ProcessCollector
from gateway.observe.silence import SharedCollector

_COUNTER: Final = "counter"


class _Nothing:
    """A journal without anything in it."""

    def events(self) -> int:
        return 0

    def bytes(self) -> int:
        return 0

    def fill(self) -> float:
        return 0.0

    def quarantine(self) -> int:
        return 0

    def routes(self) -> Mapping[str, RouteState]:
        return {}

    def outcomes(self) -> Mapping[Figure, float]:
        return {}


def metrics() -> Iterator[str]:
    """The lines of the table, by name."""
    yield from ("| metric | labels | kind | meaning |", "|---|---|---|---|")
    yield from sorted(_rows())


def _rows() -> Iterator[str]:
    for wrapper in vars(counted).values():
        if isinstance(wrapper, MetricWrapperBase):
            (family,) = wrapper.describe()
            yield _row(family, wrapper._labelnames)  # noqa: SLF001 - told nowhere else
    for family in _read_at_each_scrape():
        yield _row(family, family._labelnames)  # type: ignore[attr-defined]  # noqa: SLF001


def _read_at_each_scrape() -> Iterable[Metric]:
    @contextmanager
    def figures() -> Iterator[JournalFigures]:
        yield _Nothing()

    silence = SharedCollector(list, dict, since=0.0, clock=lambda: 0.0)
    for collector in (silence, JournalCollector(figures), ProcessCollector(dict)):
        yield from collector.collect()


def _row(family: Metric, labels: Iterable[str]) -> str:
    name = f"{family.name}_total" if family.type == _COUNTER else family.name
    return f"| `{name}` | {', '.join(labels)} | {family.type} | {family.documentation} |"
