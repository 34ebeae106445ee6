"""The reader of YAML: plain values, a place for each, and what is wrong with the writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.settings.document import Document, Fault, Place, read, spell


def test_values_are_plain_and_sequences_are_tuples() -> None:
    document = read("a: [1, 2.5, yes, text, 2026-11-21]\n1: {b: 'x'}")
    assert document.value == {"a": (1, 2.5, True, "text", "2026-11-21"), "1": {"b": "x"}}
    assert document.faults == []


def test_every_key_and_value_has_its_place() -> None:
    document = read("a:\n  b: [x,\n      y]\n")
    assert document.keys == {("a",): Place(1, 1), ("a", "b"): Place(2, 3)}
    assert document.values[("a", "b", 1)] == Place(3, 7)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\na: 2", Fault(("a",), "the key stands here twice", Place(2, 1))),
        ("[a]: 1", Fault((), "a key must be text", Place(1, 1))),
        ("a:", Fault(("a",), "is empty: give a value or remove the key")),
        ("a: [~]", Fault(("a", 0), "is empty: give a value or remove the key")),
        ("a: !thing x", Fault(("a",), "the tag !thing means nothing here")),
        ("a: !!int x", Fault(("a",), "is no int")),
        ("a: &loop [*loop]", Fault(("a", 0), "an alias inside its own anchor")),
        ("", Fault((), "must be a mapping of keys", Place(1, 1))),
        ("- a", Fault((), "must be a mapping of keys", Place(1, 1))),
    ],
)
def test_what_no_model_could_see_is_a_fault(text: str, fault: Fault) -> None:
    assert read(text).faults == [fault]


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: [", Place(1, 5)), ("a: 1\n---\nb: 1", Place(2, 1)), ("a: \x00", Place(1, 1))],
)
def test_a_file_that_is_not_yaml_has_one_fault_where_it_breaks(text: str, place: Place) -> None:
    (fault,) = read(text).faults
    assert fault.message.startswith("not YAML: ")
    assert fault.place == place


def test_a_bottomless_file_is_a_fault_like_any_other() -> None:
    (fault,) = read("a: " + "[" * 500 + "]" * 500).faults
    assert fault.message.startswith("not YAML: ")


def test_an_alias_repeats_what_its_anchor_has() -> None:
    document = read("a: &same [x]\nb: *same")
    assert document == Document(
        {"a": ("x",), "b": ("x",)}, document.keys, document.values, faults=[]
    )


@given(st.text(alphabet="ab:[]{},-&*!|>'\"#~ \n\t1é", max_size=60))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    document = read(text)
    assert document.faults or isinstance(document.value, dict)


def test_a_path_is_spelt_as_it_stands_in_messages() -> None:
    assert spell(("sources", "media", "verify", 0, "token")) == "sources.media.verify[0].token"
