"""The JSON Schema of `gateway.yaml` → a table of its keys: type, default, meaning."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from gateway.settings import Verification, config_schema
from gateway.settings.secret import SecretReference
from gateway.settings.values import Duration, Listen, Network, Size

_Schema = Mapping[str, Any]
_KINDS: Final = {
    adapter.json_schema()["pattern"]: word
    for adapter, word in (
        (TypeAdapter[Any](Duration), "duration"),
        (TypeAdapter[Any](Size), "size"),
        (TypeAdapter[Any](Listen), "host:port"),
        (TypeAdapter[Any](Network), "network"),
        (TypeAdapter[Any](SecretReference), "secret"),
    )
}
"""Pattern → how people call what it describes."""
_WORDS: Final = {"string": "text", "integer": "whole number"}
_APART: Final = ("verify", "any")
"""Whose elements are checks, which have a table of their own."""
_HEAD: Final = ("| key | type | default | meaning |", "|---|---|---|---|")


def settings() -> Iterator[str]:
    """The lines of the table without the checks; nested keys follow their section."""
    schema = config_schema()
    yield from _HEAD
    yield from _rows(schema, "", schema["$defs"])


def checks() -> Iterator[str]:
    """The same of one check, an element of `verify`."""
    parts = config_schema()["$defs"]
    yield from _HEAD
    yield from _rows(parts[Verification.__name__], "", parts)


def _rows(schema: _Schema, path: str, parts: Mapping[str, _Schema]) -> Iterator[str]:
    required = schema.get("required", ())
    for key, given in schema.get("properties", {}).items():
        part = _resolved(given, parts)
        meaning = given.get("description") or part.get("description", "")
        default = "required" if key in required else _default(given)
        yield f"| `{path}{key}` | {_type(part, parts)} | {default} | {_escaped(meaning)} |"
        if key not in _APART:
            yield from _below(part, f"{path}{key}", parts)


def _below(part: _Schema, path: str, parts: Mapping[str, _Schema]) -> Iterator[str]:
    yield from _rows(part, f"{path}.", parts)
    for inner in part.get("patternProperties", {}).values():
        yield from _rows(_resolved(inner, parts), f"{path}.<name>.", parts)
    if "items" in part:
        yield from _rows(_resolved(part["items"], parts), f"{path}[].", parts)


def _resolved(schema: _Schema, parts: Mapping[str, _Schema]) -> _Schema:
    return parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _type(schema: _Schema, parts: Mapping[str, _Schema]) -> str:
    schema = _resolved(schema, parts)
    if "enum" in schema:
        return " or ".join(f"`{word}`" for word in schema["enum"])
    if schema.get("pattern") in _KINDS:
        return _KINDS[schema["pattern"]]
    if "type" not in schema:
        return " or ".join(_type(one, parts) for one in schema["anyOf"])
    if schema["type"] == "array":
        return f"list of {_type(schema['items'], parts)}"
    if schema["type"] == "object":
        return "section" if "properties" in schema else "map"
    return _WORDS.get(schema["type"], str(schema["type"]))


def _default(schema: _Schema) -> str:
    value = schema.get("default")
    if value is None or value in ({}, []):
        return ""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`" if value != "" else "empty"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
