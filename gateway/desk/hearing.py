"""What was counted of callbacks, and the journal's last hour → what was heard of each source."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from prometheus_client import CollectorRegistry

from gateway.admin.history import Bar
from gateway.admin.ports import Span
from gateway.core.model import Document
from gateway.core.moments import utc
from gateway.settings import Source

_LAST: Final = "gateway_source_last_callback_timestamp_seconds"
_HOUR: Final = timedelta(hours=1)
_BAR_SECONDS: Final = 300


def last_hour() -> Span:
    """In bars of five minutes, up to now."""
    bars = int(_HOUR.total_seconds()) // _BAR_SECONDS
    return Span(datetime.now(UTC) - _HOUR, bars, _BAR_SECONDS)


def heard(
    sources: Mapping[str, Source], registry: CollectorRegistry, bars: Sequence[Bar]
) -> list[Document]:
    """Callbacks since the gateway started, and the events of `bars`, the last hour's."""
    told = {name: _source(name, one) for name, one in sources.items()}
    for metric in registry.collect():
        for sample in metric.samples:
            source = told.get(sample.labels.get("source", ""))
            if source is not None:
                _add(source, sample.name, sample.labels.get("result", ""), sample.value)
    for name, source in told.items():
        source["last_hour"] = sum(events(bar, name).total() for bar in bars)
        source["last_5_minutes"] = events(bars[-1], name).total()
    return list(told.values())


def events(bar: Bar, source: str) -> Counter[str]:
    """By outcome; of every source when it is empty."""
    found: Counter[str] = Counter()
    for kind, count in bar.counts.items():
        if source in {"", kind.source}:
            found[kind.outcome] += count
    return found


def _source(name: str, source: Source) -> Document:
    told = {"name": name, "provider": source.provider, "callbacks": {}, "silent": False}
    return told | ({"expect_every": source.expect_every} if source.expect_every else {})


def _add(source: Document, name: str, result: str, value: float) -> None:
    if name == "gateway_callbacks_total":
        source["callbacks"][result] = source["callbacks"].get(result, 0) + int(value)
    elif name == "gateway_source_silent":
        source["silent"] = bool(value)
    elif name == _LAST and value:
        source["last_callback"] = utc(datetime.fromtimestamp(value, UTC))
