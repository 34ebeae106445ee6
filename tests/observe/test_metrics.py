"""Counting: cheap on the event loop, and under labels from closed sets only."""

import asyncio
from typing import Self

from gateway.observe import metrics
from gateway.observe.journal_metrics import JournalCollector, RouteState


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
    tally = metrics.Tally()
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


def test_strangers_make_no_labels() -> None:
    """However a known Tag is spelt it is one label, and all others are one."""
    known = {"transcode": "Transcode"}
    for tag in ("Transcode", "transcode", "TRANSCODE", "tRaNsCoDe", "Strange", "Stranger", ""):
        metrics.unknown_fields("labels", tag, 1, known=known)
    found = samples("gateway_unknown_fields_total", source="labels")
    assert found == {"Transcode": 4, metrics.OTHER: 2, "": 1}


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

    def routes(self) -> dict[str, RouteState]:
        return {"a": RouteState(0, 0.0), "b": RouteState(2, 1.5)}


def test_the_journal_is_read_at_each_scrape() -> None:
    """One sample of each figure, and of each route's."""
    families = JournalCollector(Figures).collect()
    found = {(s.name, *s.labels.values()): s.value for each in families for s in each.samples}
    assert found == {
        ("gateway_journal_events",): 3,
        ("gateway_journal_bytes",): 4096,
        ("gateway_route_lag_events", "a"): 0,
        ("gateway_route_lag_events", "b"): 2,
        ("gateway_route_oldest_seconds", "a"): 0,
        ("gateway_route_oldest_seconds", "b"): 1.5,
    }
