"""Counting: cheap on the event loop, and under labels from closed sets only."""

import asyncio
import os
import subprocess
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as some
from prometheus_client import Histogram

from gateway.core.errors import GatewayError
from gateway.observe import metrics
from gateway.observe.journal_metrics import JournalCollector, RouteState
from gateway.observe.outcomes import Figure
from gateway.observe.processes import ProcessCollector
from gateway.observe.tally import Tally


def samples(name: str, **labels: str) -> dict[str, float]:
    """Samples of one of our metrics that have these labels, by their other label values."""
    return {
        ",".join(value for key, value in sample.labels.items() if key not in labels): sample.value
        for metric in (metrics.CALLBACKS, metrics.UNKNOWN_FIELDS, metrics.LAST_CALLBACK)
        for family in metric.collect()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    }


async def test_a_tally_is_written_once_a_turn_and_adds_up() -> None:
    """What one turn of the loop counts goes to the metric together."""
    tally = Tally()
    counter = metrics.callbacks("tally", "accepted", "")
    for _ in range(5):
        tally.add(counter)
    tally.latest(metrics.last_callback("tally"), 7.0)
    assert samples("gateway_callbacks_total", source="tally") == {"accepted,": 0.0}
    await asyncio.sleep(0)
    assert samples("gateway_callbacks_total", source="tally") == {"accepted,": 5.0}
    tally.add(counter)
    await asyncio.sleep(0)
    assert samples("gateway_callbacks_total", source="tally") == {"accepted,": 6.0}
    name = "gateway_source_last_callback_timestamp_seconds"
    assert samples(name, source="tally") == {"": 7.0}


@given(values=some.lists(some.floats(0, 100) | some.sampled_from((0.001, 0.5, 10.0)), min_size=1))
def test_what_is_observed_together_is_as_one_by_one(values: list[float]) -> None:
    """In every bucket, and in the sum."""
    together, each = (
        Histogram("observed_seconds", "For a test.", buckets=(0.001, 0.5, 10), registry=None)
        for _ in range(2)
    )
    tally = Tally()
    for value in values:
        tally.observe(together, value)
        each.observe(value)
    tally.flush()

    def figures(histogram: Histogram) -> list[tuple[str, str, object]]:
        (family,) = histogram.collect()
        return [
            (sample.name, sample.labels.get("le", ""), pytest.approx(sample.value))
            for sample in family.samples
            if not sample.name.endswith("_created")
        ]

    assert figures(together) == figures(each)


def test_a_source_counts_from_0_before_its_first_callback() -> None:
    """So that the first is seen as a rise."""
    metrics.expect(["expected"])
    assert samples("gateway_callbacks_total", source="expected") == {"accepted,": 0.0}


def test_what_nothing_has_counted_yet_has_its_help_all_the_same() -> None:
    """And no sample: it may never come."""
    counted = list(metrics.CALLBACKS.collect())
    missing = {each.name: each for each in metrics.missing(counted)}
    assert "gateway_callbacks" not in missing
    assert missing["gateway_unknown_fields"].samples == []
    assert (
        missing["gateway_unknown_fields"].documentation == "Fields of events that no schema knew."
    )


def test_strangers_make_no_labels() -> None:
    """However a known Tag is spelt it is one label, and all others are one."""
    known = {"transcode": "Transcode"}
    for tag in ("Transcode", "transcode", "TRANSCODE", "tRaNsCoDe", "Strange", "Stranger", ""):
        metrics.unknown_fields("labels", tag, 1, known=known)
    found = samples("gateway_unknown_fields_total", source="labels")
    assert found == {"Transcode": 4, metrics.OTHER: 2, "": 1}


class Unreadable(GatewayError):
    """A failing disk."""


class Figures:
    """A journal with two routes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def events(self) -> int:
        return 3

    def bytes(self) -> int:
        return 4096

    def fill(self) -> float:
        return 0.25

    def quarantine(self) -> int:
        return 7

    def routes(self) -> dict[str, RouteState]:
        return {"a": RouteState(0, 0.0), "b": RouteState(2, 1.5)}

    def outcomes(self) -> dict[Figure, float]:
        return {("job_outcomes", "media", "tencent-ci", "Tts", "failure"): 4}


class UnreadableFigures(Figures):
    """A journal that fails in the middle of a scrape."""

    def routes(self) -> dict[str, RouteState]:
        raise Unreadable("disk I/O error")


def collected(figures: type[Figures]) -> dict[tuple[str, ...], float]:
    """Name and labels → value, of one scrape."""
    families = JournalCollector(figures).collect()
    return {(s.name, *s.labels.values()): s.value for each in families for s in each.samples}


def test_the_journal_is_read_at_each_scrape() -> None:
    """One sample of each figure, and of each route's."""
    assert collected(Figures) == {
        ("gateway_journal_up",): 1,
        ("gateway_journal_events",): 3,
        ("gateway_journal_bytes",): 4096,
        ("gateway_journal_fill_ratio",): 0.25,
        ("gateway_quarantine_callbacks",): 7,
        ("gateway_route_lag_events", "a"): 0,
        ("gateway_route_lag_events", "b"): 2,
        ("gateway_route_oldest_seconds", "a"): 0,
        ("gateway_route_oldest_seconds", "b"): 1.5,
        ("job_outcomes_total", "media", "tencent-ci", "Tts", "failure"): 4,
    }


def test_a_journal_that_cannot_be_read_says_that_and_nothing_else() -> None:
    """Half of its figures would be worse than none; other metrics go on."""
    assert collected(UnreadableFigures) == {("gateway_journal_up",): 0}


def test_the_memory_of_processes_that_run_is_told() -> None:
    """One that has just ended is left out."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    pids = {"supervisor": os.getpid(), "publisher": gone.pid}
    (family,) = ProcessCollector(lambda: pids).collect()
    (sample,) = family.samples
    assert sample.labels == {"process": "supervisor"}
    assert 10 << 20 < sample.value < 4 << 30
