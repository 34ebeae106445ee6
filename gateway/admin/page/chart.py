"""How many events each bar of a time had → the places and heights of what is drawn."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from gateway.core.model import Document, Outcome

WIDTH: Final = 1000
HEIGHT: Final = 200
"""Units of the drawing, which is stretched."""
OTHER: Final = "other"
"""Of events that tell no outcome."""
_ORDER: Final = (*(each.value for each in Outcome), OTHER)
_GAP: Final = 0.18


class Part(NamedTuple):
    """What of a bar is of one outcome."""

    outcome: str
    y: float
    height: float


class Column(NamedTuple):
    """One bar."""

    x: float
    width: float
    parts: list[Part]
    title: str
    since: str
    until: str


class Chart(NamedTuple):
    """The whole."""

    columns: list[Column]
    highest: int
    totals: dict[str, int]
    times: list[str]
    """Those that stand below it, from left to right."""
    is_exact: bool


def chart(history: Document) -> Chart:
    """Of what the desk tells."""
    bars = [_named(bar["outcomes"]) for bar in history["bars"]]
    highest = max((bar.total() for bar in bars), default=0)
    step = timedelta(seconds=history["seconds"])
    starts = [datetime.fromisoformat(bar["start"]) for bar in history["bars"]]
    width = WIDTH / max(1, len(bars))
    columns = [
        Column(
            x=round((place + _GAP / 2) * width, 2),
            width=round(width * (1 - _GAP), 2),
            parts=_parts(bar, highest or 1),
            title=_title(bar, start),
            since=_input(start),
            until=_input(start + step),
        )
        for place, (bar, start) in enumerate(zip(bars, starts, strict=True))
    ]
    totals = sum(bars, Counter[str]())
    pattern = "%H:%M" if step < timedelta(hours=1) else "%d %b %H:%M"
    times = [start.strftime(pattern) for start in starts[:: max(1, len(starts) // 4)][:4]]
    return Chart(
        columns,
        highest,
        {name: totals[name] for name in _ORDER if totals[name]},
        times,
        is_exact=all(bar["exact"] for bar in history["bars"]),
    )


def _named(outcomes: dict[str, int]) -> Counter[str]:
    return Counter({name or OTHER: count for name, count in outcomes.items()})


def _parts(bar: Counter[str], highest: int) -> list[Part]:
    parts: list[Part] = []
    top = float(HEIGHT)
    for name in _ORDER:
        if bar[name]:
            height = max(1.5, bar[name] * HEIGHT / highest)
            top -= height
            parts.append(Part(name, round(top, 2), round(height, 2)))
    return parts


def _title(bar: Counter[str], start: datetime) -> str:
    told = ", ".join(f"{bar[name]} {name}" for name in _ORDER if bar[name])
    return f"{start:%Y-%m-%d %H:%M} UTC: {told or 'no events'}"


def _input(time: datetime) -> str:
    """As a form's field has it."""
    return f"{time:%Y-%m-%dT%H:%M:%S}"
