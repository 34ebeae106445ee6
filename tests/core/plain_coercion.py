"""The rules of coercion written plainly, without any short way: what `coerce` must agree with.

First everything empty goes and every leaf becomes text, then the schema decides. Numbers and times
are told by patterns alone.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime

from gateway.core.coerce import Aside, Plan, below, untyped
from gateway.core.model import Value
from gateway.core.scalars import Scalar, boolean, date_time, integer, number, ratio

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}(?:\.0*)?").fullmatch
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?"
).fullmatch
_RATIO = re.compile(r"([0-9]{1,15})/([0-9]{1,15})").fullmatch
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?)"
    r"(Z| UTC|[+-][0-9]{2})(?::?([0-5][0-9]))?"
).fullmatch


def plainly(value: Value, plan: Plan, path: str, aside: Aside) -> Value:
    """`value` as the plan's schema wants it, or None when nothing of it stays in place."""
    kept = untyped(value)
    return None if kept is None else _coerce(kept, plan, path, aside)


def _coerce(value: Value, plan: Plan, path: str, aside: Aside) -> Value:
    """`value` is text, an object or a list of several, with nothing empty in it."""
    if plan.scalar is not None:
        return _scalar(value, plan.scalar, path, aside)
    if plan.item is not None:
        return _array(value, plan.item, path, aside)
    if isinstance(value, dict):
        return _object(value, plan, path, aside)
    aside.keep(value, path)
    return None


def _object(
    value: dict[str, Value], plan: Plan, path: str, aside: Aside
) -> dict[str, Value] | None:
    found: dict[str, Value] = {}
    for name, raw in value.items():
        known = plan.fields.get(name, plan.rest)
        if known is not None:
            kept = _coerce(raw, known, below(path, name), aside)
        else:
            kept = _unknown(raw, plan, below(path, name), aside)
        if kept is not None:
            found[name] = kept
    return (_renamed(found, plan.fields, path, aside) if plan.closed else found) or None


def _renamed(
    found: dict[str, Value], fields: Mapping[str, Plan], path: str, aside: Aside
) -> dict[str, Value]:
    """Our names for the vendor's; of two names for one thing that disagree, the plan's first."""
    renamed: dict[str, Value] = {}
    for name in fields:
        if name in found and renamed.setdefault(fields[name].name, found[name]) != found[name]:
            aside.keep(found[name], below(path, name))
    return renamed


def _unknown(value: Value, plan: Plan, path: str, aside: Aside) -> Value:
    aside.unknown += 1
    if not plan.closed:
        return value
    aside.keep(value, path)
    return None


def _array(value: Value, item: Plan, path: str, aside: Aside) -> list[Value] | None:
    values = value if isinstance(value, list) else [value]
    found = [
        kept
        for index, one in enumerate(values)
        if (kept := _coerce(one, item, f"{path}[{index}]", aside)) is not None
    ]
    return found or None


def _scalar(value: Value, scalar: Scalar, path: str, aside: Aside) -> Value:
    if isinstance(value, dict) and "#text" in value:  # XML attributes beside the text
        aside.keep({name: child for name, child in value.items() if name != "#text"}, path)
        value = value["#text"]
    if isinstance(value, list) and all(one == value[0] for one in value):  # repeated, not differing
        value = value[0]
    if isinstance(value, str):
        return _typed(value, scalar, path, aside)
    aside.keep(value, path)
    return None


def _typed(text: str, scalar: Scalar, path: str, aside: Aside) -> Value:
    value = _READ.get(scalar, scalar)(text)
    if value is None or (scalar is ratio and "/" in text):
        aside.texts[path] = text
    return value


def _integer(text: str) -> int | None:
    return int(text.partition(".")[0]) if _INTEGER(text) else None


def _number(text: str) -> float | None:
    value = float(text) if _NUMBER(text) else math.inf
    return value if math.isfinite(value) else None


def _ratio(text: str) -> float | None:
    fraction = _RATIO(text)
    if fraction is None:
        return _number(text)
    return int(fraction[1]) / int(fraction[2]) if int(fraction[2]) else None


def _boolean(text: str) -> bool | None:
    return text.lower() == "true" if text.lower() in ("true", "false") else None


def _date_time(text: str) -> str | None:
    match = _TIME(text)
    if match is None:
        return None
    day, time, hours, minutes = match.groups()
    value = f"{day}T{time}" + ("Z" if hours in ("Z", " UTC") else f"{hours}:{minutes or '00'}")
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return None
    return value


_READ: dict[Scalar, Scalar] = {
    integer: _integer,
    number: _number,
    ratio: _ratio,
    boolean: _boolean,
    date_time: _date_time,
}
