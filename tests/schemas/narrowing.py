"""A schema as it was published and as it is now → every way in which it became narrower.

Narrower is what a consumer, or an event that was already published, could break on: a property that
is gone, a type that is no longer among the allowed ones, something new that is required, fewer
values, a tighter bound. Both schemas are without references.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from gateway.core.model import Value
from gateway.core.plans import Schema
from gateway.resolve import ANNOTATIONS, Resolver

LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_PARTS: Final = ("properties", "items", "additionalProperties", "$defs")
_COMPARED: Final = {*ANNOTATIONS, *LOWER, *UPPER, *_PARTS, "type", "required", "enum"}


def narrowed(published: Iterable[Schema], current: Iterable[Schema]) -> list[str]:
    """What became narrower among the documents, each with its `$id` and place."""
    published, current = list(published), list(current)
    old, new = Resolver(published), Resolver(current)
    identifiers = {document["$id"] for document in current}
    found: list[str] = []
    for identifier in (document["$id"] for document in published):
        if identifier in identifiers:
            pair = old.document(identifier), new.document(identifier)
            found += (f"{identifier} {problem}" for problem in narrowings(*pair))
        else:
            found.append(f"{identifier} is gone: its $id changed, or its file was removed")
    return found


def narrowings(old: Schema, new: Schema, place: str = "data") -> Iterator[str]:
    """What became narrower from `old` to `new`, each with its place."""
    yield from _types(old, new, place)
    for name in sorted({*new.get("required", ())} - {*old.get("required", ())}):
        yield f"{place}.{name}: is required now"
    if "enum" in new and not ("enum" in old and {*old["enum"]} <= {*new["enum"]}):
        yield f"{place}: enum {old.get('enum', 'of any value')} became {new['enum']}"
    yield from _bounds(old, new, place)
    for keyword in sorted(new.keys() - _COMPARED):
        if not keyword.startswith("x-") and old.get(keyword) != new[keyword]:
            yield f"{place}: {keyword} {old.get(keyword)} became {new[keyword]}"
    yield from _parts(old, new, place)


def _types(old: Schema, new: Schema, place: str) -> Iterator[str]:
    before, now = _type_set(old), _type_set(new)
    if now and not (before and before <= now):
        yield f"{place}: type {old.get('type', 'any')} became {new['type']}"


def _type_set(schema: Schema) -> set[str]:
    """Every type that is allowed; empty when all are."""
    type_: Value = schema.get("type", [])
    types = {type_} if isinstance(type_, str) else {*type_}
    return types | {"integer"} if "number" in types else types


def _bounds(old: Schema, new: Schema, place: str) -> Iterator[str]:
    for keyword in LOWER + UPPER:
        before, now = old.get(keyword), new.get(keyword)
        if now is None or before == now:
            continue
        if before is None or (now > before) == (keyword in LOWER):
            yield f"{place}: {keyword} {before} became {now}"


def _parts(old: Schema, new: Schema, place: str) -> Iterator[str]:
    now = new.get("properties", {})
    for name, child in old.get("properties", {}).items():
        if name in now:
            yield from narrowings(child, now[name], f"{place}.{name}")
        else:
            yield f"{place}.{name}: is gone"
    for keyword, sign in (("items", "[]"), ("additionalProperties", ".*")):
        if keyword in old or keyword in new:
            pair = _schema(old.get(keyword, True)), _schema(new.get(keyword, True))
            yield from narrowings(*pair, f"{place}{sign}")


def _schema(value: Value) -> Schema:
    """The schema that `true` (anything) and `false` (nothing) are short for."""
    boolean: dict[Value, Schema] = {True: {}, False: {"not": {}}}
    return boolean[value] if isinstance(value, bool) else dict(value)
