"""A schema without references says the same as with them."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest

from gateway.catalogue import PublishedSchema, catalogue
from gateway.core.model import Document, Value
from gateway.core.plans import Schema
from gateway.resolve import Resolver, Unjoinable, joined

DOCUMENTS = [schema.document for schema in catalogue()]
RESOLVER = Resolver(DOCUMENTS)
REGISTRY = jsonschema_rs.Registry([(document["$id"], document) for document in DOCUMENTS])
EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*/*.json"))


def keywords(value: Value) -> Iterator[str]:
    """Every name in a document, wherever it stands."""
    if isinstance(value, dict):
        yield from value
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            yield from keywords(child)


@pytest.mark.parametrize("schema", catalogue(), ids=lambda schema: schema.identifier)
def test_a_resolved_schema_stands_alone(schema: PublishedSchema) -> None:
    """Valid, under its own `$id`, title and description, and it refers to nothing."""
    resolved = RESOLVER.document(schema.identifier)
    jsonschema_rs.meta.validate(resolved)
    assert "$ref" not in set(keywords(resolved))
    for keyword in ("$id", "title", "description"):
        assert resolved[keyword] == schema.document[keyword]


def broken(data: Document) -> Iterator[Document]:
    """Copies of `data` with one field of another type, down to the third level."""

    def places(value: Document, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for name, child in value.items():
            yield (*path, name)
            if isinstance(child, dict) and len(path) < 2:
                yield from places(child, (*path, name))

    for *path, name in places(data, ()):
        document = node = copy.deepcopy(data)
        for step in path:
            node = node[step]
        node[name] = True
        yield document


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_both_forms_accept_and_refuse_the_same(path: Path) -> None:
    """An example's data, and the same with each of its upper fields broken."""
    for event in json.loads(path.read_bytes()).get("events", ()):
        schema = event["dataschema"]
        plain = jsonschema_rs.validator_for({"$ref": schema}, registry=REGISTRY)
        alone = jsonschema_rs.validator_for(RESOLVER.document(schema))
        cases = [event["data"], *broken(event["data"])]
        assert [alone.is_valid(one) for one in cases] == [plain.is_valid(one) for one in cases]
        assert alone.is_valid(event["data"])


@pytest.mark.parametrize(
    ("far", "near", "expected"),
    [
        ({"type": "object"}, {"title": "t"}, {"type": "object", "title": "t"}),
        ({"description": "a"}, {"description": "b"}, {"description": "b"}),
        ({"required": ["a", "b"]}, {"required": ["b", "c"]}, {"required": ["a", "b", "c"]}),
        (
            {"properties": {"a": {"type": "string"}, "b": {}}},
            {"properties": {"a": {"minLength": 1}, "c": {}}},
            {"properties": {"a": {"type": "string", "minLength": 1}, "b": {}, "c": {}}},
        ),
    ],
)
def test_two_schemas_that_hold_together_become_one(
    far: Schema, near: Schema, expected: Schema
) -> None:
    assert joined(far, near) == expected


@pytest.mark.parametrize(
    ("far", "near"),
    [
        ({"type": "string"}, {"type": "integer"}),
        ({"maxLength": 5}, {"maxLength": 6}),
        ({"additionalProperties": False}, {"properties": {"a": {}}}),
    ],
)
def test_what_cannot_be_one_plain_schema_is_not_guessed(far: Schema, near: Schema) -> None:
    with pytest.raises(Unjoinable):
        joined(far, near)
