"""What counts as narrower, and what does not: one schema before and after, a pair for each rule."""

import pytest

from gateway.core.plans import Schema
from tests.schemas.narrowing import LOWER, UPPER, narrowed, narrowings

TEXT: Schema = {"type": "string"}
A_TEXT: Schema = {"properties": {"a": TEXT}}

NARROWER: dict[str, tuple[Schema, Schema]] = {
    "data.a: is gone": (A_TEXT, {"properties": {"b": TEXT}}),
    "data.b.a: is gone": ({"properties": {"b": A_TEXT}}, {"properties": {"b": {}}}),
    "data[].a: is gone": ({"items": A_TEXT}, {}),
    "data: type string became integer": (TEXT, {"type": "integer"}),
    "data: type number became integer": ({"type": "number"}, {"type": "integer"}),
    "data: type any became string": ({}, TEXT),
    "data: type ['string', 'null'] became string": ({"type": ["string", "null"]}, TEXT),
    "data[]: type string became boolean": ({"items": TEXT}, {"items": {"type": "boolean"}}),
    "data[]: type any became string": ({}, {"items": TEXT}),
    "data.*: type any became string": ({}, {"additionalProperties": TEXT}),
    "data.*: not None became {}": ({}, {"additionalProperties": False}),
    "data.a: is required now": ({"required": ["b"]}, {"required": ["a", "b"]}),
    "data: enum ['a', 'b'] became ['a']": ({"enum": ["a", "b"]}, {"enum": ["a"]}),
    "data: enum of any value became ['a']": (TEXT, {"type": "string", "enum": ["a"]}),
    "data: format None became date-time": (TEXT, {"type": "string", "format": "date-time"}),
    "data: pattern ^a became ^b": ({"pattern": "^a"}, {"pattern": "^b"}),
    "data: const None became 1": ({}, {"const": 1}),
    "data: allOf None became [{}]": ({}, {"allOf": [{}]}),
}  # fmt: skip
BOUNDS = {
    **{keyword: ({keyword: 1}, {keyword: 2}) for keyword in LOWER},
    **{keyword: ({keyword: 2}, {keyword: 1}) for keyword in UPPER},
}

WIDER: dict[str, tuple[Schema, Schema]] = {
    "another property": ({"properties": {}}, {"properties": {"a": TEXT}}),
    "an integer may be any number": ({"type": "integer"}, {"type": "number"}),
    "one more type": (TEXT, {"type": ["string", "null"]}),
    "any type": (TEXT, {}),
    "no longer required": ({"required": ["a"]}, {}),
    "one more value": ({"enum": ["a"]}, {"enum": ["b", "a"]}),
    "any value": ({"enum": ["a"]}, {}),
    "any format": ({"format": "date-time"}, {}),
    "other names are allowed": ({"additionalProperties": False}, {"additionalProperties": True}),
    "other words": ({"description": "a"}, {"description": "b", "title": "c"}),
    "an annotation of ours": ({}, {"x-lexical": "ratio"}),
    "the same": (TEXT, TEXT),
}


@pytest.mark.parametrize("expected", NARROWER)
def test_what_is_narrower_is_told_with_its_place(expected: str) -> None:
    assert list(narrowings(*NARROWER[expected])) == [expected]


@pytest.mark.parametrize("keyword", BOUNDS)
def test_a_tighter_bound_is_narrower(keyword: str) -> None:
    """So is a new one; a looser one and none are not."""
    loose, tight = BOUNDS[keyword]
    pairs = [(loose, tight), ({}, tight), (tight, loose), (tight, {})]
    assert [bool(list(narrowings(*pair))) for pair in pairs] == [True, True, False, False]


@pytest.mark.parametrize("case", WIDER)
def test_what_is_wider_is_not_told(case: str) -> None:
    assert list(narrowings(*WIDER[case])) == []


def test_documents_are_compared_by_their_id() -> None:
    """A new one is fine, a changed `$id` is a schema that is gone."""
    one, other = ({"$id": f"urn:{name}", "type": "object"} for name in ("one", "other"))
    assert narrowed([one], [one, other]) == []
    assert narrowed([one, other], [other]) == [
        "urn:one is gone: its $id changed, or its file was removed"
    ]


def test_a_definition_is_compared_where_it_is_used() -> None:
    """Wherever it stands, and only there."""
    user = {"$id": "urn:user", "properties": {"a": {"$ref": "urn:common#/$defs/a"}}}
    moved = {"$id": "urn:user", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": TEXT}}
    common, empty = {"$id": "urn:common", "$defs": {"a": TEXT}}, {"$id": "urn:common", "$defs": {}}
    tight = {"$id": "urn:common", "$defs": {"a": {"type": "integer"}}}
    assert narrowed([user, common], [moved, empty]) == []
    assert narrowed([user, common], [user, tight]) == [
        "urn:user data.a: type string became integer"
    ]
