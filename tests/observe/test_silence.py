"""A source that should be heard of often, and is not, is silent."""

import pytest
from prometheus_client.core import GaugeMetricFamily, Metric

from gateway.observe.silence import SharedCollector

STARTED = 1000.0


def silent(last: dict[str, float], expected: dict[str, float], *, now: float) -> dict[str, float]:
    """Source → whether it is silent, by when each was last heard of."""
    heard = GaugeMetricFamily(
        "gateway_source_last_callback_timestamp_seconds", "When.", labels=["source"]
    )
    for source, moment in last.items():
        heard.add_metric([source], moment)
    other = GaugeMetricFamily("other", "Other.", value=1)
    collector = SharedCollector(
        lambda: [heard, other], lambda: expected, since=STARTED, clock=lambda: now
    )
    families: list[Metric] = list(collector.collect())
    assert families[:2] == [heard, other]
    return {sample.labels["source"]: sample.value for sample in families[2].samples}


@pytest.mark.parametrize(("now", "value"), [(2000.0, 0.0), (2060.0, 0.0), (2060.1, 1.0)])
def test_a_silence_begins_when_the_last_callback_is_too_long_ago(now: float, value: float) -> None:
    assert silent({"media": 2000.0}, {"media": 60.0}, now=now) == {"media": value}


@pytest.mark.parametrize("last", [{}, {"media": 0.0}], ids=["no figure", "no figure yet"])
def test_a_source_that_was_never_heard_of_has_time_from_the_start_on(
    last: dict[str, float],
) -> None:
    assert silent(last, {"media": 60.0}, now=STARTED + 59) == {"media": 0}
    assert silent(last, {"media": 60.0}, now=STARTED + 61) == {"media": 1}


def test_a_silence_from_before_the_start_is_one() -> None:
    """A restart does not end it."""
    assert silent({"media": STARTED - 100}, {"media": 60.0}, now=STARTED) == {"media": 1}


def test_who_need_not_be_heard_of_often_is_never_silent() -> None:
    """Such a source has no figure at all."""
    assert silent({"media": 1.0, "other": 1.0}, {"media": 60.0}, now=STARTED) == {"media": 1}
