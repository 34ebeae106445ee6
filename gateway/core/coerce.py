"""Decoded document → typed data, by a plan made once from a JSON Schema.

The schema decides, not the wire form: text becomes number, boolean or time, one becomes a list,
empty becomes absent, and XML and JSON of one callback give the same value. The rules:

* a leaf is its text without surrounding white space; an empty leaf or container is absent;
* what the schema does not know stays in place as text (a list of one is its element, since XML
  cannot tell them apart), and is counted;
* what is not of its type, or differs where the schema wants one value, is absent in place and its
  text is kept aside under its path: nothing is lost and nothing is guessed;
* a ratio ("50/1" where `x-lexical` allows it) becomes its number, and its text is kept aside too.
"""

import re
from dataclasses import dataclass, field
from typing import Final

import orjson

from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Value
from gateway.core.scalars import Scalar, ratio, stripped, text

ROOM: Final = 4 << 20
"""Characters that a callback may put aside: every leaf repeats its path, so that a small body could
make events without bound."""

_TEXT: Final[Scalar] = text
_RATIO: Final[Scalar] = ratio
"""Here a global of another module is looked up by its name, each time."""
_PATH_MARKS = re.compile(r"[.$\[\]\"\\]")


@dataclass(frozen=True, slots=True)
class Plan:
    """How one value is coerced: by `scalar`, as a list of `item`, else as an object of `fields`."""

    name: str = ""
    """What the value is called in the result; a field of a `closed` one that has none goes aside,
    as one that is known."""
    scalar: Scalar | None = None
    item: "Plan | None" = None
    fields: "dict[str, Plan]" = field(default_factory=dict)
    rest: "Plan | None" = None
    """How every other field is coerced, where `additionalProperties` says it of all."""
    closed: bool = False
    """Fields without a plan go aside instead of staying in place."""


class Aside:
    """What a coercion could not put in place: text by path, and how many fields were unknown."""

    __slots__ = ("room", "texts", "unknown")

    def __init__(self, *, room: int = ROOM) -> None:
        self.texts: dict[str, str] = {}
        self.unknown = 0
        self.room = room
        """Characters of paths and texts that may still be kept; `Unreadable` when they are
        spent."""

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
                raise Unreadable(Reason.SCHEMA, "too much of the callback fits no schema")
            self.texts[path] = value


def below(path: str, name: str) -> str:
    """The path of a member: `a.b`, and `a["b.c"]` where the name would read as a path itself."""
    if name.isalnum() or (name and not _PATH_MARKS.search(name)):
        return f"{path}.{name}" if path else name
    return f"{path}[{orjson.dumps(name).decode()}]"


def leaf_text(value: Value) -> str | None:
    """A leaf's text as it would stand in XML; None when empty or no leaf."""
    if type(value) is str:
        return stripped(value) or None
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
    if plan.scalar is not None:
        return _scalar(value, plan.scalar, path, aside)
    if plan.item is not None:
        return _array(value, plan.item, path, aside)
    if type(value) is not dict:
        value = untyped(value)
    if type(value) is dict:
        return _object(value, plan, path, aside)
    if value is not None:
        aside.keep(value, path)
    return None


def _object(
    value: dict[str, Value], plan: Plan, path: str, aside: Aside
) -> dict[str, Value] | None:
    """Most leaves stay as they are, so that a copy takes fewer steps than a new object."""
    if plan.closed:
        return _renamed(value, plan, path, aside) or None
    found = value.copy()
    fields, rest = plan.fields, plan.rest
    for name, raw in value.items():
        known = fields.get(name, rest)
        if known is None:
            kept = _unknown(raw, name, plan, path, aside)
        else:
            kept = _member(raw, known, path, name, aside)
        if kept is None:
            del found[name]
        elif kept is not raw:
            found[name] = kept
    return found or None


def _renamed(value: dict[str, Value], plan: Plan, path: str, aside: Aside) -> dict[str, Value]:
    """Our names for the vendor's; of two names for one thing that disagree, the plan's first."""
    renamed: dict[str, Value] = {}
    unknown = len(value)
    for name, known in plan.fields.items():
        if name not in value:
            continue
        unknown -= 1
        kept = _member(value[name], known, path, name, aside)
        if kept is None:
            continue
        first = renamed.setdefault(known.name, kept) if known.name else None
        if first is not kept and first != kept:
            aside.keep(kept, below(path, name))
    if unknown:
        for name, raw in value.items():
            if name not in plan.fields:
                _unknown(raw, name, plan, path, aside)
    return renamed


def _member(raw: Value, known: Plan, path: str, name: str, aside: Aside) -> Value:
    """The usual leaf, text of its type, is done here: it needs no path."""
    scalar = known.scalar
    if scalar is None or type(raw) is not str:
        return coerce(raw, known, below(path, name), aside)
    leaf = stripped(raw)
    if scalar is _TEXT or not leaf:
        return leaf or None
    kept = scalar(leaf)
    if kept is None or (scalar is _RATIO and "/" in leaf):
        aside.keep(leaf, below(path, name))
    return kept


def _unknown(value: Value, name: str, plan: Plan, path: str, aside: Aside) -> Value:
    kept = untyped(value)
    if kept is None:
        return None
    aside.unknown += 1
    if not plan.closed:
        return kept
    aside.keep(kept, below(path, name))
    return None


def _array(value: Value, item: Plan, path: str, aside: Aside) -> list[Value] | None:
    if type(value) is list:  # the empty do not count; a list of a list is that list
        value = untyped(value)
    values = value if type(value) is list else [value]
    found: list[Value] = []
    for index, one in enumerate(values):
        kept = coerce(one, item, f"{path}[{index}]", aside)
        if kept is not None:
            found.append(kept)
    return found or None


def _scalar(value: Value, scalar: Scalar, path: str, aside: Aside) -> Value:
    value = untyped(value)
    if isinstance(value, dict) and "#text" in value:  # XML attributes beside the text
        aside.keep({name: child for name, child in value.items() if name != "#text"}, path)
        value = value["#text"]
    if isinstance(value, list) and all(one == value[0] for one in value):  # repeated, not differing
        value = value[0]
    if not isinstance(value, str):
        if value is not None:
            aside.keep(value, path)
        return None
    typed = scalar(value)
    if typed is None or (scalar is _RATIO and "/" in value):
        aside.keep(value, path)
    return typed
