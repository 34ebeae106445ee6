"""How many events a time had: exact for few, by a sample for many, at a bounded cost."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import structs

from gateway.admin.history import READ, Bar, Kind, history
from gateway.admin.page.chart import HEIGHT, chart
from gateway.admin.ports import Span
from gateway.core.model import Record
from gateway.core.moments import utc
from tests.journal.entries import event

START = datetime(2026, 1, 31, 8, tzinfo=UTC)
SPAN = Span(since=START, bars=4, seconds=60)


class Numbered:
    """A journal whose event `first + n` was received `seconds[n]` after the start."""

    def __init__(self, seconds: Sequence[float], first: int = 1, outcome: str = "success") -> None:
        self._times = [utc(START + timedelta(seconds=each)) for each in seconds]
        self._first = first
        self._event = structs.replace(event("a"), outcome=outcome)
        self.read = 0

    def head(self) -> int:
        return self._first + len(self._times) - 1 if self._times else 0

    def first_since(self, time: str) -> int | None:
        return self._first if self._times else None

    def heads(self, after: int, last: int, *, since: str, before: str) -> list[Record]:
        numbers = range(max(after + 1, self._first), min(last, self.head()) + 1)
        self.read += len(numbers)
        return [Record(n, self._times[n - self._first], self._event) for n in numbers]


def counts(bars: list[Bar]) -> list[int]:
    return [sum(bar.counts.values()) for bar in bars]


def test_each_event_is_in_the_bar_of_its_time() -> None:
    """Those before and after the span are in none."""
    bars = history(Numbered([-5, 0, 59.9, 60, 200, 239.9, 240, 999], first=71), SPAN)
    assert counts(bars) == [2, 1, 0, 2]
    assert [bar.start for bar in bars][:2] == [
        "2026-01-31T08:00:00.000000Z",
        "2026-01-31T08:01:00.000000Z",
    ]
    assert all(bar.is_exact for bar in bars)
    assert bars[0].counts == {Kind("media", "success"): 2}


def test_an_empty_journal_has_empty_bars() -> None:
    assert counts(history(Numbered([]), SPAN)) == [0, 0, 0, 0]


def test_a_journal_that_begins_later_has_empty_bars_before() -> None:
    assert counts(history(Numbered([130, 190], first=500), SPAN)) == [0, 0, 1, 1]


def test_many_events_cost_no_more_than_few() -> None:
    """The number is exact, only the shares are a sample's."""
    log = Numbered([n * 0.006 for n in range(40_000)])
    bars = history(log, SPAN)
    assert counts(bars) == [10_000] * 4
    assert not any(bar.is_exact for bar in bars)
    assert log.read < 4 * READ + 5 * 20 + 120


def test_what_was_retried_misleads_nothing() -> None:
    """Many events of long ago among the newest numbers; they count where their numbers are."""
    usual = [n * 0.2 for n in range(1000)]
    bars = history(Numbered([*usual, *([-9000] * 500), 201, 202, -9000]), SPAN)
    assert counts(bars) == [300, 300, 300, 603]


def test_a_chart_is_as_high_as_its_highest_bar() -> None:
    """Parts stand on each other, in one order; nothing is lost below one unit."""
    bars = [{"success": 90, "failure": 10}, {}, {"": 1}]
    made = chart(
        {"seconds": 60,
         "bars": [{"start": utc(START + timedelta(minutes=n)), "exact": True, "outcomes": outcomes}
                  for n, outcomes in enumerate(bars)]}
    )  # fmt: skip
    first, second, third = made.columns
    assert [(part.outcome, part.y, part.height) for part in first.parts] == [
        ("success", HEIGHT * 0.1, HEIGHT * 0.9),
        ("failure", 0.0, HEIGHT * 0.1),
    ]
    assert first.title == "2026-01-31 08:00 UTC: 90 success, 10 failure"
    assert second.title == "2026-01-31 08:01 UTC: no events"
    assert [(part.outcome, part.height) for part in third.parts] == [("other", 2.0)]
    assert (made.highest, made.totals) == (100, {"success": 90, "failure": 10, "other": 1})
