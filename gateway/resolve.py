"""A published schema and those it refers to → one document that stands alone.

`$ref` and what stands beside it hold together, and so do two objects under one name: their
properties are joined. Of titles and descriptions the nearer one stays. What cannot be joined into
one plain schema, such as two different bounds, is an error and not a guess.
"""

from collections.abc import Iterable
from typing import Final

from gateway.core.model import Value
from gateway.core.plans import Schema

ANNOTATIONS: Final = frozenset({"$schema", "$id", "title", "description"})
"""Keywords that say something and allow or forbid nothing."""


class Unjoinable(ValueError):
    """Two schemas that hold together cannot be written as one."""


class Resolver:
    """Resolves references among `documents`. They must not go round in a circle."""

    def __init__(self, documents: Iterable[Schema]) -> None:
        self._documents = {document["$id"]: document for document in documents}

    def document(self, identifier: str) -> Schema:
        """The schema `identifier` without a reference; its `$id` and its meaning stay."""
        return self.resolved(self._documents[identifier], identifier)

    def resolved(self, schema: Schema, base: str) -> Schema:
        """A part of the document `base` without a reference."""
        own: Schema = {
            keyword: self._keyword(keyword, value, base)
            for keyword, value in schema.items()
            if keyword != "$ref"
        }
        if "$ref" not in schema:
            return own
        target, base = self.target(schema["$ref"], base)
        return joined(self.resolved(target, base), own)

    def target(self, reference: str, base: str) -> tuple[Schema, str]:
        """What a reference in the document `base` means, and the document it stands in."""
        identifier, _, pointer = reference.partition("#")
        base = identifier or base
        node: Schema = self._documents[base]
        for step in pointer.strip("/").split("/") if pointer else ():
            node = node[step]
        return node, base

    def _keyword(self, keyword: str, value: Value, base: str) -> Value:
        if keyword in ("properties", "$defs"):
            return {name: self.resolved(child, base) for name, child in value.items()}
        if keyword in ("items", "additionalProperties") and isinstance(value, dict):
            return self.resolved(value, base)
        return value


def joined(far: Schema, near: Schema) -> Schema:
    """One schema for what satisfies both."""
    if {"additionalProperties", "properties"} <= far.keys() | near.keys():
        raise Unjoinable("additionalProperties beside other properties")
    return {
        keyword: _joined(keyword, far, near)
        for keyword in (*far, *(keyword for keyword in near if keyword not in far))
    }


def _joined(keyword: str, far: Schema, near: Schema) -> Value:
    if keyword not in far or keyword not in near:
        return far.get(keyword, near.get(keyword))
    theirs, ours = far[keyword], near[keyword]
    if keyword == "properties":
        common = {name: joined(theirs[name], ours[name]) for name in theirs if name in ours}
        return theirs | ours | common
    if keyword == "required":
        return list(dict.fromkeys([*theirs, *ours]))
    if keyword in ANNOTATIONS or theirs == ours:
        return ours
    raise Unjoinable(f"{keyword}: {theirs} and {ours}")
