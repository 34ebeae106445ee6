"""The parameters and bodies of requests → what is meant, or RequestError."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson
from multidict import MultiMapping

from gateway.admin.ports import HeldQuery, Query, RequestError, Span
from gateway.core.model import Document
from gateway.core.moments import utc

MATCHED: Final = ("source", "type", "tag", "outcome", "subject")
SPANS: Final[Mapping[str, tuple[timedelta, int]]] = {
    "1h": (timedelta(hours=1), 30),
    "6h": (timedelta(hours=6), 36),
    "24h": (timedelta(hours=24), 48),
    "7d": (timedelta(days=7), 42),
}
"""How long, and in how many bars."""
LARGEST: Final = 500
"""The most that one page has."""
_DEFAULT: Final = 50
LONGEST: Final = 1000
"""Characters of one parameter."""
HIGHEST: Final = 10**18 - 1
"""No journal has so many events."""


def query(given: MultiMapping[str]) -> Query:
    """Which events."""
    return Query(
        limit=number(given, "limit", most=LARGEST) or _DEFAULT,
        before=number(given, "before", most=HIGHEST),
        since=moment(given["since"]) if "since" in given else "",
        until=moment(given["until"]) if "until" in given else "9",
        match={name: globs for name in MATCHED if (globs := _globs(given, name))},
        text=_short(given.get("text", "")),
    )


def held_query(given: MultiMapping[str]) -> HeldQuery:
    """Which callbacks in quarantine."""
    return HeldQuery(
        limit=number(given, "limit", most=LARGEST) or _DEFAULT,
        before=given.get("before", ""),
        source=_short(given.get("source", "")),
        reason=_short(given.get("reason", "")),
    )


def span(given: MultiMapping[str], now: datetime) -> Span:
    """The time of a chart, up to the end of the bar that `now` is in."""
    name = given.get("span", "24h")
    if name not in SPANS:
        raise RequestError(f"span must be one of {', '.join(SPANS)}")
    length, bars = SPANS[name]
    seconds = int(length.total_seconds()) // bars
    until = datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, UTC)
    source = _short(given.get("source", ""))
    return Span(since=until - length, bars=bars, seconds=seconds, source=source)


def number(given: Mapping[str, str], name: str, *, most: int) -> int | None:
    """A parameter from 1 on; None where it is absent."""
    text = given.get(name)
    if text is None:
        return None
    if not is_number(text) or not 1 <= int(text) <= most:
        raise RequestError(f"{name} must be a number from 1 to {most}")
    return int(text)


def is_number(text: str) -> bool:
    """Digits, of a number that fits the journal."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def moment(text: str) -> str:
    """As the journal writes times."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise RequestError("a time is written as 2026-01-31T08:00:00Z") from error
    if found.tzinfo is None:
        raise RequestError("a time needs its zone: Z or +08:00")
    try:
        return utc(found)
    except OverflowError:  # beyond the first or the last year
        return utc(found.replace(tzinfo=UTC))


def zoned(text: str) -> str:
    """A time as a person writes it into a form: without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if found.tzinfo else found.replace(tzinfo=UTC).isoformat()


def target(to: object) -> str:
    """Where a route is moved: a number, a time or `start`."""
    if isinstance(to, float) and to.is_integer():  # JSON has one kind of number
        to = int(to)
    if isinstance(to, bool) or not isinstance(to, int | str):
        raise RequestError("to must be a number, a time or start")
    text = str(to)
    return text if text == "start" or is_number(text) else moment(text)


def body(content: bytes, *names: str) -> Document:
    """A JSON object with no other members than `names`; of nothing, an empty one."""
    try:
        found = orjson.loads(content or b"{}")
    except orjson.JSONDecodeError as error:
        raise RequestError("the body is not JSON") from error
    if not isinstance(found, dict):
        raise RequestError("the body is not a JSON object")
    if not found.keys() <= {*names}:
        raise RequestError(f"the body has more than {' and '.join(names)}")
    return found


def _globs(given: MultiMapping[str], name: str) -> tuple[str, ...]:
    return tuple(_short(glob) for glob in given.getall(name, []) if glob)


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise RequestError(f"a parameter has more than {LONGEST} characters")
    return text
