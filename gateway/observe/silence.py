"""All processes' metrics, and of each source that should be heard of often whether it is.

A source is silent when its last callback was longer ago than it should be; one that was never heard
of, when the gateway has run for longer than that.
"""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_LAST = "gateway_source_last_callback_timestamp_seconds"


class SharedCollector(Collector):
    """What `counted` gives at each scrape, and the silences."""

    def __init__(
        self,
        counted: Callable[[], Iterable[Metric]],
        expected: Callable[[], Mapping[str, float]],
        *,
        since: float,
        clock: Callable[[], float],
    ) -> None:
        """`expected`: source → seconds that its silence may last; times are Unix seconds."""
        self._counted = counted
        self._expected = expected
        self._since = since
        self._clock = clock

    def collect(self) -> Iterable[Metric]:
        """One sample of everything."""
        counted = list(self._counted())
        last = {
            sample.labels["source"]: sample.value
            for family in counted
            for sample in family.samples
            if sample.name == _LAST and sample.value  # 0 until it is first set
        }
        return [*counted, self._silent(last)]

    def _silent(self, last: Mapping[str, float]) -> Metric:
        family = GaugeMetricFamily(
            "gateway_source_silent",
            "Whether a source has not been heard of for longer than its expect_every.",
            labels=["source"],
        )
        for source, seconds in self._expected().items():
            silence = self._clock() - last.get(source, self._since)
            family.add_metric([source], float(silence > seconds))
        return family
