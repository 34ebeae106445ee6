"""The journal → how many events each bar of a chart has, by source and outcome.

Numbers have no gaps and grow with the time of reception, so where a bar begins is searched by
halving, and how many events it has is a difference: exact, for some twenty looks into the journal.
Of a bar with many, only a sample is read, in stretches over all of it, and what that shows is
scaled up: a chart costs the same over a thousand events as over millions.

What was retried from the quarantine stands out: it has the time when it came and a number of when
it was retried, and counts by its number. So that a run of those misleads no search, that is between
landmarks, ever closer towards the newest number, of which none is older than those before it.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Final, NamedTuple, Protocol

from gateway.admin.ports import Span
from gateway.core.model import Record
from gateway.core.moments import utc

READ: Final = 300
"""Events of a bar that are read at the most."""
_STRETCHES: Final = 3


class Log(Protocol):
    """The journal's events by number."""

    def head(self) -> int:
        """The highest number; 0 for an empty journal."""
        ...

    def first_since(self, time: str) -> int | None:
        """The first number of a time, "" for the first that is kept."""
        ...

    def heads(self, after: int, last: int, *, since: str, before: str) -> list[Record]:
        """Those above `after`, up to `last`."""
        ...


class Kind(NamedTuple):
    """What is counted apart."""

    source: str
    outcome: str


class Bar(NamedTuple):
    """Some seconds from `start` on."""

    start: str
    is_exact: bool
    counts: dict[Kind, int]


def history(log: Log, span: Span) -> list[Bar]:
    """The bars of a time, oldest first; of events of every source."""
    times = [utc(span.since + timedelta(seconds=span.seconds * i)) for i in range(span.bars + 1)]
    firsts = _firsts(log, times)
    ends = zip(times, firsts, firsts[1:], strict=False)
    return [_bar(log, start, first, following - 1) for start, first, following in ends]


def _firsts(log: Log, times: Sequence[str]) -> list[int]:
    """The number of the first event of each time."""
    least, head = log.first_since(""), log.head()
    if least is None:
        return [1] * len(times)
    landmarks = _landmarks(least, head)
    until = list(accumulate((_received(log, number) for number in landmarks), max))
    found = [least]
    for time in times:
        place = bisect_left(until, time)
        low = landmarks[place - 1] + 1 if place else least
        between = range(low, landmarks[place] if place < len(landmarks) else head + 1)
        first = low + bisect_left(between, time, key=lambda number: _received(log, number))
        found.append(max(first, found[-1]))
    return found[1:]


def _landmarks(least: int, head: int) -> list[int]:
    """Numbers, each by a tenth further from `head` than the next."""
    found, distance = [], 0
    while head - distance >= least:
        found.append(head - distance)
        distance = max(distance + 1, distance * 11 // 10)
    return found[::-1]


def _received(log: Log, number: int) -> str:
    """Empty for one that was deleted just now: it is the oldest."""
    return next(
        (each.received_at for each in log.heads(number - 1, number, since="", before="9")), ""
    )


def _bar(log: Log, start: str, first: int, last: int) -> Bar:
    events = last - first + 1
    if events <= READ:
        return Bar(start, True, dict(_counted(log, first, last)))  # noqa: FBT003
    sampled: Counter[Kind] = Counter()
    for stretch in range(_STRETCHES):
        begin = first + stretch * events // _STRETCHES
        sampled += _counted(log, begin, begin + READ // _STRETCHES - 1)
    total = sampled.total() or 1
    return Bar(start, False, {kind: round(n * events / total) for kind, n in sampled.items()})  # noqa: FBT003


def _counted(log: Log, first: int, last: int) -> Counter[Kind]:
    found = log.heads(first - 1, last, since="", before="9")
    return Counter(Kind(each.event.source, each.event.outcome) for each in found)
