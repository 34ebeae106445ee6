"""A payload of a kind that no schema types is kept whole, with JSON's own types."""

import pytest

from gateway.core.decode import decode
from gateway.core.model import Value
from gateway.core.received import filled, received
from tests.sources import verified


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        ({"a": 1, "b": None, "c": {"d": [], "e": ""}}, {"a": 1}),
        ({"list": [None, 0, False, {"x": {}}, [""], " "]}, {"list": [0, False, " "]}),
        ({"one": ["a"]}, {"one": ["a"]}),
        ([None, 1], [1]),
        ({}, None),
        (None, None),
        (0, 0),
    ],
    ids=repr,
)
def test_what_is_null_or_empty_is_absent(payload: Value, kept: Value) -> None:
    """At any depth; zero and false say something, and a list of one is a list."""
    assert filled(payload) == kept


def test_a_number_keeps_its_value() -> None:
    """As far as an event can hold it."""
    document = decode(verified(b'{"a": 1.50, "b": 1e400, "c": 123456789012345678901234567890}'))
    assert filled(document) == {"a": 1.5, "b": "1e400", "c": "123456789012345678901234567890"}


def test_its_event_has_neither_subject_nor_time() -> None:
    """Nobody knows what they would be."""
    draft = received({"a": [1]}, provider="p", event_name="push", type_="t", schema="urn:s")
    assert (draft.kind, draft.type, draft.subject, draft.time) == ("event", "t", "", None)
    assert draft.data == {"provider": "p", "event_name": "push", "detail": {"a": [1]}}


@pytest.mark.parametrize("payload", [[1], "x", 0, False])
def test_what_is_no_object_is_the_body_of_one(payload: Value) -> None:
    draft = received(payload, provider="p", event_name="", type_="t", schema="urn:s")
    assert draft.data == {"provider": "p", "detail": {"body": payload}}
