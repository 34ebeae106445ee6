"""Events of the journal → figures of how jobs ended and how long they took → metrics.

A figure is a name and the values of its labels, kept by whoever reads the journal; a histogram has
one for each bucket, with only what is in no smaller one, and one for the sum. Labels are a source's
name, a provider, a Tag that a schema knows and an outcome: strangers make none. So that a large
configuration does not make too many either, the Tags beyond `LARGEST` combinations are `other`.

An event that tells an outcome counts: that of a job and, without a Tag, of a workflow, batch or
moderation. Times are those of jobs that have ended: one that runs repeats how long it has waited.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

import orjson
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from gateway.core.model import Document, Event, Outcome, Record
from gateway.observe.metrics import OTHER

LARGEST: Final = 500
"""Combinations of source, provider and Tag; each has up to 42 series."""
BUCKETS: Final = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800)
"""Seconds; the last is eight hours."""
LAST_EVENT: Final = "last_event"
"""The figure, for each source, of when its last event was received, in Unix seconds."""

Figure = tuple[str, ...]
Labels = tuple[str, str, str]
"""Source, provider and Tag."""

_NAMES: Final = ("source", "provider", "tag")
_OUTCOMES: Final = "job_outcomes"
_SECONDS: Final = {"queue_seconds": "job_queue_seconds", "run_seconds": "job_run_seconds"}
_HELP: Final = {
    "job_queue_seconds": "Seconds from a job's creation to its start.",
    "job_run_seconds": "Seconds from a job's start to its end.",
}
_BOUNDS: Final = (*map(float, BUCKETS), float("inf"))
_UNFINISHED: Final = frozenset({Outcome.RUNNING, Outcome.PAUSED})


class Counted(NamedTuple):
    """What some events amount to: figures to add, and figures of which the highest counts."""

    last: int
    """The number of the last of them; 0 where there was none."""
    added: Mapping[Figure, float]
    raised: Mapping[Figure, float]


class Counting:
    """Events → what they amount to."""

    def __init__(
        self, tags: Mapping[str, str], providers: Collection[str], counted: Iterable[Figure]
    ) -> None:
        """`tags`: each known Tag under its lower case; `counted`: the figures that there are."""
        self._tags = tags
        self._providers = providers
        self._known = {_labels(figure) for figure in counted if figure[0] == _OUTCOMES}

    def __call__(self, records: Iterable[Record]) -> Counted:
        """All of them together."""
        last = 0
        added: defaultdict[Figure, float] = defaultdict(float)
        raised: dict[Figure, float] = {}
        for record in records:
            last = record.seq
            heard, received = (LAST_EVENT, record.event.source), _unix(record.received_at)
            raised[heard] = max(received, raised.get(heard, 0.0))
            if record.event.outcome:
                self._add(record.event, added)
        return Counted(last, added, raised)

    def _add(self, event: Event, added: defaultdict[Figure, float]) -> None:
        data = _data(event)
        labels = self._bounded(event.source, data.get("provider"), event.tag)
        added[_OUTCOMES, *labels, event.outcome] += 1
        job = data.get("job")
        if not isinstance(job, dict) or event.outcome in _UNFINISHED:
            return
        for field, name in _SECONDS.items():
            seconds = job.get(field)
            if isinstance(seconds, int | float) and seconds >= 0:
                added[f"{name}_bucket", *labels, _bound(seconds)] += 1
                added[f"{name}_sum", *labels] += seconds

    def _bounded(self, source: str, provider: object, tag: str) -> Labels:
        provider = provider if isinstance(provider, str) else ""
        labels = (
            source,
            provider if provider in self._providers else OTHER,
            self._tags.get(tag.lower(), OTHER) if tag else "",
        )
        if labels not in self._known and len(self._known) >= LARGEST:
            labels = (*labels[:2], OTHER)
        self._known.add(labels)
        return labels


def families(figures: Mapping[Figure, float]) -> Iterable[Metric]:
    """The metrics of all figures."""
    outcomes = CounterMetricFamily(
        _OUTCOMES, "Events that tell how a job ended, each once.", labels=[*_NAMES, "outcome"]
    )
    for figure, count in figures.items():
        if figure[0] == _OUTCOMES:
            outcomes.add_metric(figure[1:], count)
    yield outcomes
    for name, text in _HELP.items():
        yield _histogram(name, text, figures)


def _histogram(name: str, text: str, figures: Mapping[Figure, float]) -> HistogramMetricFamily:
    """Also of figures that were counted with other bounds than today's."""
    family = HistogramMetricFamily(name, text, labels=_NAMES)
    counts: dict[Labels, dict[float, float]] = {}
    for figure, count in figures.items():
        if figure[0] == f"{name}_bucket":
            counts.setdefault(_labels(figure), {})[float(figure[4])] = count
    for labels, found in counts.items():
        upto = [sum(n for le, n in found.items() if le <= bound) for bound in _BOUNDS]
        buckets = [(_told(bound), n) for bound, n in zip(_BOUNDS, upto, strict=True)]
        family.add_metric(labels, buckets, figures.get((f"{name}_sum", *labels), 0.0))
    return family


def _labels(figure: Figure) -> Labels:
    _, source, provider, tag = figure[:4]
    return source, provider, tag


def _bound(seconds: float) -> str:
    return _told(next(bound for bound in _BOUNDS if seconds <= bound))


def _told(bound: float) -> str:
    return "+Inf" if bound == _BOUNDS[-1] else str(bound)


def _data(event: Event) -> Document:
    """An event whose JSON is not ours must not hold up those behind it."""
    try:
        document = orjson.loads(event.json)
    except orjson.JSONDecodeError:
        return {}
    data = document.get("data") if isinstance(document, dict) else None
    return data if isinstance(data, dict) else {}


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
