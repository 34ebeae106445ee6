"""Counts of one turn of the event loop → the metrics, together.

A write to the files that processes share costs more than the counting. So a turn has one for each
metric. prometheus_client has no call to observe several values: what `observe` does for one is done
here for all at once.
"""

import asyncio
from bisect import bisect_left

from prometheus_client import Counter, Gauge, Histogram


class Tally:
    """Whatever a turn of the loop counts first arms one `flush` behind it."""

    def __init__(self) -> None:
        self._counts: dict[Counter, int] = {}
        self._latest: dict[Gauge, float] = {}
        self._observed: dict[Histogram, list[float]] = {}

    def add(self, counter: Counter) -> None:
        """Count one."""
        if not self._counts:
            asyncio.get_running_loop().call_soon(self.flush)
        self._counts[counter] = self._counts.get(counter, 0) + 1

    def latest(self, gauge: Gauge, value: float) -> None:
        """Set the gauge with the next flush of counts."""
        self._latest[gauge] = value

    def observe(self, histogram: Histogram, value: float) -> None:
        """Observe the value, 0 or more, with the next flush of counts."""
        values = self._observed.get(histogram)
        if values is None:
            self._observed[histogram] = [value]
        else:
            values.append(value)

    def flush(self) -> None:
        """Write what has been counted."""
        counts, self._counts = self._counts, {}
        for counter, count in counts.items():
            counter.inc(count)
        latest, self._latest = self._latest, {}
        for gauge, value in latest.items():
            gauge.set(value)
        observed, self._observed = self._observed, {}
        for histogram, values in observed.items():
            _observe(histogram, values)


def _observe(histogram: Histogram, values: list[float]) -> None:
    """The last bound is infinite."""
    buckets: dict[int, int] = {}
    for value in values:
        bucket = bisect_left(histogram._upper_bounds, value)  # noqa: SLF001
        buckets[bucket] = buckets.get(bucket, 0) + 1
    histogram._sum.inc(sum(values))  # noqa: SLF001
    for bucket, count in buckets.items():
        histogram._buckets[bucket].inc(count)  # noqa: SLF001
