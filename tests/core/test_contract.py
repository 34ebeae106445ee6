"""Published schemas → plans and checks, built once, from the given documents alone."""

import socket

import pytest

from gateway.core.coerce import Aside, coerce
from gateway.core.contract import Contract
from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Document
from gateway.core.plans import Schema

BASE: Schema = {
    "$id": "urn:test:base",
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "maxLength": 5},
        "at": {"type": "string", "format": "date-time"},
        "inner": {"$ref": "#/$defs/inner"},
    },
    "$defs": {"inner": {"type": "object", "properties": {"count": {"type": "integer"}}}},
}
MORE: Schema = {
    "$id": "urn:test:more",
    "$ref": "urn:test:base",
    "properties": {
        "inner": {
            "$ref": "urn:test:base#/$defs/inner",
            "properties": {"truth": {"type": "boolean"}},
        },
        "list": {"type": "array", "items": {"$ref": "#/$defs/own"}},
    },
    "$defs": {"own": {"type": "number"}},
}


def coerced(identifier: str, document: Document) -> Document:
    """`document` by a plan of the two schemas above."""
    found: Document = coerce(
        document, Contract([BASE, MORE]).property_plan(identifier), "", Aside()
    )
    return found


def test_a_schema_that_extends_another_has_the_fields_of_both() -> None:
    """References resolve in the document they stand in, and properties add up at every level."""
    document = {"id": "1", "inner": {"count": "2", "truth": "true"}, "list": "1.5"}
    assert coerced("urn:test:more", document) == {
        "id": "1",
        "inner": {"count": 2, "truth": True},
        "list": [1.5],
    }
    assert coerced("urn:test:base", document) == document | {"inner": {"count": 2, "truth": "true"}}


def test_a_plan_of_a_property_is_found_by_its_path() -> None:
    """Also where the property is only inherited."""
    plan = Contract([BASE, MORE]).property_plan("urn:test:more", "inner", "count")
    assert coerce("7", plan, "", Aside()) == 7


def test_a_map_has_one_plan_for_all_its_fields() -> None:
    """What `additionalProperties` says of them; none of them is unknown."""
    schema: Schema = {
        "$id": "urn:test:map",
        "properties": {"named": {"type": "integer"}},
        "additionalProperties": {"type": "array", "items": {"$ref": "#/$defs/truth"}},
        "$defs": {"truth": {"type": "boolean"}},
    }
    aside = Aside()
    plan = Contract([schema]).property_plan("urn:test:map")
    found = coerce({"named": "1", "a": "true", "b": ["false", "x"], "c": ""}, plan, "", aside)
    assert found == {"named": 1, "a": [True], "b": [False]}
    assert (aside.unknown, aside.texts) == (0, {"b[1]": "x"})


def test_a_map_may_be_open() -> None:
    """`additionalProperties: true` says nothing of the others: they are text."""
    schema: Schema = {"$id": "urn:test:open", "type": "object", "additionalProperties": True}
    aside = Aside()
    found = coerce({"a": 1}, Contract([schema]).property_plan("urn:test:open"), "", aside)
    assert (found, aside.unknown) == ({"a": "1"}, 1)


def test_a_contract_knows_its_schemas() -> None:
    """By identifier."""
    contract = Contract([BASE, MORE])
    assert list(contract.identifiers) == ["urn:test:base", "urn:test:more"]
    assert "urn:test:more" in contract
    assert "urn:test:none" not in contract


def test_data_that_obeys_its_schema_passes() -> None:
    """Inherited constraints included."""
    contract = Contract([BASE, MORE])
    contract.check("urn:test:more", {"id": "1", "at": "2022-01-01T00:00:00Z", "list": [1.5]})


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({}, "data: "),
        ({"id": "123456"}, "id: "),
        ({"id": "1", "at": "2022-01-01"}, "at: "),
        ({"id": "1", "inner": {"count": "2"}}, "inner.count: "),
        ({"id": "1", "list": [1, "2"]}, "list.1: "),
    ],
)
def test_data_that_breaks_its_schema_is_unreadable_with_the_place(
    data: Document, place: str
) -> None:
    """The first mistake, formats too."""
    with pytest.raises(Unreadable) as broken:
        Contract([BASE, MORE]).check("urn:test:more", data)
    assert broken.value.reason == Reason.SCHEMA
    assert str(broken.value).startswith(place)


def test_the_detail_of_a_mistake_is_short() -> None:
    """Whatever stands in the data."""
    with pytest.raises(Unreadable) as broken:
        Contract([BASE]).check("urn:test:base", {"id": "x" * 100_000})
    assert len(str(broken.value)) <= 300


def test_no_schema_is_ever_fetched() -> None:
    """A reference out of the packaged schemas is a mistake at the start, not a request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/schema"
        outside: Schema = {"$id": "urn:test:out", "properties": {"a": {"$ref": address}}}
        with pytest.raises((ValueError, LookupError)):
            Contract([outside])
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
