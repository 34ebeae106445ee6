"""Decoded document → typed data, by a plan compiled once from a JSON Schema.

The schema decides, not the wire form: text becomes number, boolean or time, one becomes a list,
empty becomes absent, and XML and JSON of one callback give the same value. The rules:

* a leaf is its text without surrounding white space; an empty leaf or container is absent;
* what the schema does not know stays in place as text (a list of one is its element, since XML
  cannot tell them apart), and is counted;
* what is not of its type, or differs where the schema wants one value, is absent in place and its
  text is kept aside under its path: nothing is lost and nothing is guessed;
* a ratio ("50/1" where `x-lexical` allows it) becomes its number, and its text is kept aside too.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import orjson

from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Value

WHITE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""White space as Unicode defines it; Python's own idea has four control characters more."""

ROOM: Final = 4 << 20
"""Characters that a callback may put aside: every leaf repeats its path, so that a small body could
make events without bound."""

Scalar = Callable[[str], Value]
Schema = dict[str, Value]

INTEGER: Final = r"[+-]?[0-9]{1,18}(?:\.0*)?"
NUMBER: Final = r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?"
_INTEGER = re.compile(INTEGER).fullmatch
_NUMBER = re.compile(NUMBER).fullmatch
_RATIO = re.compile(r"([0-9]{1,15})/([0-9]{1,15})", re.ASCII).fullmatch
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d)(?::?([0-5]\d))?", re.ASCII
).fullmatch
_PATH_MARKS = re.compile(r"[.$\[\]\"\\]")
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Plan:
    """How one value is coerced: by `scalar`, as a list of `item`, else as an object of `fields`."""

    name: str = ""
    """What the value is called in the result."""
    scalar: Scalar | None = None
    item: "Plan | None" = None
    fields: "Mapping[str, Plan]" = field(default_factory=dict)
    closed: bool = False
    """Fields without a plan go aside instead of staying in place."""


@dataclass(slots=True)
class Aside:
    """What a coercion could not put in place: text by path, and how many fields were unknown."""

    texts: dict[str, str] = field(default_factory=dict)
    unknown: int = 0
    room: int = ROOM
    """Characters of paths and texts that may still be kept; `Unreadable` when they are spent."""

    def keep(self, value: Value, path: str) -> None:
        """Put every leaf of `value` aside, as text under its path."""
        self._keep(untyped(value), path)

    def _keep(self, value: Value, path: str) -> None:
        if isinstance(value, dict):
            for name, child in value.items():
                self._keep(child, below(path, name))
        elif isinstance(value, list):
            for index, child in enumerate(value):
                self._keep(child, f"{path}[{index}]")
        elif value is not None:
            self.room -= len(path) + len(value)
            if self.room < 0:
                raise Unreadable(Reason.SCHEMA, "too much of the callback is in no schema")
            self.texts[path] = value


def below(path: str, name: str) -> str:
    """The path of a member: `a.b`, and `a["b.c"]` where the name would read as a path itself."""
    if not name or _PATH_MARKS.search(name):
        return f"{path}[{orjson.dumps(name).decode()}]"
    return f"{path}.{name}" if path else name


def leaf_text(value: Value) -> str | None:
    """A leaf's text as it would stand in XML; None when empty or no leaf."""
    if type(value) is str:
        return value.strip(WHITE) or None
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def untyped(value: Value) -> Value:
    """A value without a schema, the same from XML and JSON; None when nothing is in it."""
    if isinstance(value, dict):
        found = {name: kept for name, raw in value.items() if (kept := untyped(raw)) is not None}
        return found or None
    if isinstance(value, list):
        items = [kept for raw in value if (kept := untyped(raw)) is not None]
        return items if len(items) > 1 else items[0] if items else None
    return leaf_text(value)


def coerce(value: Value, plan: Plan, path: str, aside: Aside) -> Value:
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
        known = plan.fields.get(name)
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
        return value if scalar is str else _typed(value, scalar, path, aside)
    aside.keep(value, path)
    return None


def _typed(text: str, scalar: Scalar, path: str, aside: Aside) -> Value:
    value = scalar(text)
    if value is None or (scalar is ratio and "/" in text):
        aside.texts[path] = text
    return value


def integer(text: str) -> int | None:
    """`1280`, also `1.000`; None for anything else."""
    return int(text.partition(".")[0]) if _INTEGER(text) else None


def number(text: str) -> float | None:
    """A finite decimal number; None for anything else."""
    if not _NUMBER(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def ratio(text: str) -> float | None:
    """A decimal number, or a fraction such as `50/1`."""
    fraction = _RATIO(text)
    if fraction is None:
        return number(text)
    return int(fraction[1]) / int(fraction[2]) if int(fraction[2]) else None


def boolean(text: str) -> bool | None:
    """`true` or `false`, in any case."""
    return _BOOLEANS.get(text.lower())


def date_time(text: str) -> str | None:
    """RFC 3339 from `2022-06-30T15:29:42+0800` and its kin; None without a date, time and offset.

    The vendor writes one moment as `…T…+0800`, `… …+0800` and `…T…+08:00`.
    """
    match = _TIME(text)
    if match is None:
        return None
    day, time, hours, minutes = match.groups()
    offset = "Z" if hours == "Z" else f"{hours}:{minutes or '00'}"
    value = f"{day}T{time}{offset}"
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return None
    return value


_SCALARS: Final[dict[str, Scalar]] = {
    "string": str,
    "integer": integer,
    "number": number,
    "boolean": boolean,
}


Part = tuple[Schema, str]
"""A schema, and the `$id` of the document it stands in."""


class Compiler:
    """Schemas by `$id` → plans. What a schema says itself and by `$ref` and `allOf` adds up."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def plan(self, parts: Sequence[Part], *, name: str = "") -> Plan:
        """The plan of what all `parts` say together; of two that differ the first counts."""
        parts = [said for part in parts for said in self._said(*part)]
        kind = _first(parts, "type") or ("object" if self.properties(parts) else "string")
        if kind == "array":
            items = [(schema["items"], base) for schema, base in parts if "items" in schema]
            return Plan(name, item=self.plan(items))
        if kind == "object":
            fields = {key: self.plan(sub, name=key) for key, sub in self.properties(parts).items()}
            return Plan(name, fields=fields)
        if _first(parts, "format") == "date-time":
            return Plan(name, scalar=date_time)
        return Plan(name, scalar=ratio if _first(parts, "x-lexical") == "ratio" else _SCALARS[kind])

    def properties(self, parts: Sequence[Part]) -> dict[str, list[Part]]:
        """Every property that any of `parts` has, with all that is said of it."""
        found: dict[str, list[Part]] = {}
        for schema, base in [said for part in parts for said in self._said(*part)]:
            for name, sub in schema.get("properties", {}).items():
                found.setdefault(name, []).append((sub, base))
        return found

    def _said(self, schema: Schema, base: str) -> list[Part]:
        others = [(part, base) for part in schema.get("allOf", ())]
        if "$ref" in schema:
            others.append(self._target(schema["$ref"], base))
        own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
        return [(own, base), *(said for other in others for said in self._said(*other))]

    def _target(self, reference: str, base: str) -> Part:
        identifier, _, pointer = reference.partition("#")
        base = identifier or base
        node: Schema = self._schemas[base]
        for step in pointer.strip("/").split("/") if pointer else ():
            node = node[step]
        return node, base


def _first(parts: Sequence[Part], keyword: str) -> str:
    return next((schema[keyword] for schema, _ in parts if keyword in schema), "")
