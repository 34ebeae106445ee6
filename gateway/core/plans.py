"""JSON Schemas → plans of coercion, once at start."""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.core.coerce import Plan
from gateway.core.model import Value
from gateway.core.scalars import Scalar, boolean, date_time, integer, number, ratio, text

Schema = dict[str, Value]

_SCALARS: Final[dict[str, Scalar]] = {
    "string": text,
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
            return Plan(name, fields=fields, rest=self._rest(parts))
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

    def _rest(self, parts: Sequence[Part]) -> Plan | None:
        """The plan of all other fields, where `additionalProperties` types them."""
        key = "additionalProperties"
        typed = [(schema[key], base) for schema, base in parts if isinstance(schema.get(key), dict)]
        return self.plan(typed) if typed else None

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
