"""The reader knows everything that the schemas describe and that the examples show."""

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from gateway.catalogue import catalogue
from gateway.core import model as core
from gateway.core.plans import Schema
from gateway.events import Outcome, read_json
from gateway.events.read import FAMILIES
from gateway.resolve import Resolver
from tests.events.examples import EVENTS

RESOLVER = Resolver(schema.document for schema in catalogue())
OF_FAMILIES = [
    (schema.name, RESOLVER.document(schema.identifier))
    for schema in catalogue()
    if schema.name in FAMILIES
]


def written(value: object) -> object:
    """A value that was read, as JSON again, from what is known of it alone."""
    if is_dataclass(value):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        del parts["raw"]
        return {name: written(part) for name, part in parts.items() if part not in (None, (), {})}
    if isinstance(value, tuple):
        return [written(one) for one in value]
    return value


def moments(value: object) -> object:
    """A document with every time in it as a moment: `.5Z` and `.500+00:00` are one."""
    if isinstance(value, dict):
        return {name: moments(part) for name, part in value.items()}
    if isinstance(value, list):
        return [moments(part) for part in value]
    is_time = isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT\d\d:", value)
    return datetime.fromisoformat(str(value)) if is_time else value


@pytest.mark.parametrize("name", EVENTS)
def test_every_example_is_read_without_loss(name: str) -> None:
    """Every leaf of the event is in a field of its own, and `raw` has the event as it stood."""
    event = EVENTS[name]
    read = read_json(json.dumps(event))
    assert moments(written(read)) == moments(event)
    assert read.raw == event


TYPES: dict[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    Mapping: {"type": "object"},
}


def differences(kind: type, schema: Schema, place: str) -> Iterator[str]:
    """Where a class lacks what the schema of what it reads tells, or tells another thing."""
    types = get_type_hints(kind)
    for name in sorted(schema["properties"].keys() - types.keys()):
        yield f"{place}.{name}"
    if without_default(kind) != {*schema.get("required", ())}:
        yield f"{place}: what is required"
    for name in types.keys() & schema["properties"].keys():
        type_, child = single(types[name]), schema["properties"][name]
        child = child.get("items", child)
        if is_dataclass(type_):
            yield from differences(type_, child, f"{place}.{name}")
        elif not child.items() >= expected(type_).items():
            yield f"{place}.{name}"


def expected(kind: type) -> Schema:
    """What a schema says of a value of this type."""
    return {"enum": [*kind]} if issubclass(kind, StrEnum) else TYPES[kind]


def single(annotation: Any) -> type:  # noqa: ANN401
    """`X` of `X`, `X | None` and `tuple[X, ...]`; `Mapping` of one."""
    if get_origin(annotation) is Mapping:
        return Mapping
    inner: type = next(iter(get_args(annotation)), annotation)
    return inner


def without_default(kind: type) -> set[str]:
    """The fields of a class that must be given."""
    fields_ = inspect.signature(kind).parameters.values()
    return {field.name for field in fields_ if field.default is inspect.Parameter.empty}


def superfluous(kind: type, schemas: Sequence[Schema], place: str) -> Iterator[str]:
    """The fields of a class that no schema of what it reads has."""
    for name, annotation in get_type_hints(kind).items():
        found = [one["properties"][name] for one in schemas if name in one["properties"]]
        if name != "raw" and not found:
            yield f"{place}.{name}"
        if is_dataclass(type_ := single(annotation)):
            inner = [child.get("items", child) for child in found]
            yield from superfluous(type_, inner, f"{place}.{name}")


@pytest.mark.parametrize(("family", "schema"), OF_FAMILIES)
def test_the_classes_have_every_field_of_their_schema_with_its_type(
    family: str, schema: Schema
) -> None:
    """What the schema requires, and nothing else, has no default."""
    assert list(differences(FAMILIES[family], schema, family)) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_the_classes_have_no_field_that_no_provider_tells(family: str) -> None:
    """One class reads the data of all providers."""
    schemas = [schema for name, schema in OF_FAMILIES if name == family]
    assert list(superfluous(FAMILIES[family], schemas, family)) == []


def test_the_outcomes_are_those_of_the_gateway() -> None:
    assert [*Outcome] == [*core.Outcome]


def test_the_reader_needs_nothing_of_the_server() -> None:
    """Only the standard library and orjson: no other part of the gateway, no other package."""
    code = "import sys; a = {*sys.modules}; import gateway.events; print(*{*sys.modules} - a)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    foreign = {
        name
        for name in loaded
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "orjson"}
        and name != "gateway"
        and not name.startswith("gateway.events")
    }
    assert foreign == set()
