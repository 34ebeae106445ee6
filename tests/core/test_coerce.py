"""Typed by the schema, the same from both wire forms, and nothing lost or guessed."""

import json
from collections.abc import Callable, Iterable

import jsonschema_rs
import orjson
import pytest
import xmltodict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.coerce import Aside, coerce
from gateway.core.contract import Contract
from gateway.core.decode import decode
from gateway.core.model import Document, Value
from gateway.core.plans import Schema
from gateway.core.scalars import boolean, date_time, integer, number, ratio
from tests.laws.documents import leaves, meaning
from tests.laws.generated import ODD, SCHEMAS, of_schema, some
from tests.sources import as_json, contract, verified

URN = "urn:test:coerce"
SCHEMA: Schema = {
    "$id": URN,
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "whole": {"type": "integer"},
        "part": {"type": "number"},
        "rate": {"type": "number", "x-lexical": "ratio"},
        "truth": {"type": "boolean"},
        "time": {"type": "string", "format": "date-time"},
        "texts": {"type": "array", "items": {"type": "string"}},
        "wholes": {"type": "array", "items": {"type": "integer"}},
        "node": {"type": "object", "properties": {"whole": {"type": "integer"}}},
        "nodes": {
            "type": "array",
            "items": {"type": "object", "properties": {"whole": {"type": "integer"}}},
        },
    },
}


PLAN = Contract([SCHEMA]).property_plan(URN)


def coerced(value: Value) -> tuple[Value, dict[str, str], int]:
    """What stays in place by the schema above, what goes aside, and how much was unknown."""
    aside = Aside()
    return coerce(value, PLAN, "", aside), aside.texts, aside.unknown


def placed(document: Document) -> Value:
    """What stays in place, where nothing goes aside."""
    value, texts, _ = coerced(document)
    assert texts == {}
    return value


def kept_aside(document: Document) -> list[str]:
    """The texts that went aside, where nothing stays in place."""
    value, texts, _ = coerced(document)
    assert value is None
    return list(texts.values())


@pytest.mark.parametrize(
    "empty", [None, "", " \r\n\t", {}, [], [None], ["", {}], {"x": {"y": [""]}}]
)
@pytest.mark.parametrize("name", [*SCHEMA["properties"], "unknown"])
def test_an_empty_leaf_or_container_is_absent(name: str, empty: Value) -> None:
    """Whatever the schema expects there."""
    assert coerced({name: empty}) == (None, {}, 0)


@pytest.mark.parametrize("text", ["1", " 1 ", "\r\n1\t", "\u30001\xa0"])
def test_a_leaf_is_its_text_without_the_white_space_around_it(text: str) -> None:
    """Known or unknown."""
    assert placed({"text": text, "whole": text, "new": text}) == {
        "text": "1",
        "whole": 1,
        "new": "1",
    }


@pytest.mark.parametrize(
    ("raw", "text"),
    [(1, "1"), (-7, "-7"), (10**30, str(10**30)), (True, "true"), (False, "false"), (1.5, "1.5")],
)
def test_bare_json_scalars_are_text_where_nothing_types_them(raw: Value, text: str) -> None:
    """As they would stand in XML."""
    assert placed({"text": raw, "new": raw, "texts": [raw]}) == {
        "text": text,
        "new": text,
        "texts": [text],
    }


@pytest.mark.parametrize("fraction", ["1.50", "1e5", "-0.000", "1E+05", "1e999"])
def test_a_bare_json_fraction_keeps_its_text(fraction: str) -> None:
    """`1.50` is not `1.5` where no schema types it."""
    document = decode(verified(b'{"text":' + fraction.encode() + b"}"))
    assert placed(document) == {"text": fraction}


def test_what_the_schema_does_not_know_stays_in_place_as_text_and_is_counted() -> None:
    """With its structure; a list of one is its element."""
    value, texts, unknown = coerced(
        {"new": {"a": [1], "b": [True, {"c": None}, " x "], "d": ""}, "other": "1", "none": None}
    )
    assert value == {"new": {"a": "1", "b": ["true", "x"]}, "other": "1"}
    assert (texts, unknown) == ({}, 2)


def test_one_becomes_a_list_where_the_schema_wants_one() -> None:
    """Text or object."""
    assert placed({"texts": "a", "wholes": "1", "nodes": {"whole": "1"}}) == {
        "texts": ["a"],
        "wholes": [1],
        "nodes": [{"whole": 1}],
    }


def test_a_list_keeps_its_order_and_loses_its_gaps() -> None:
    """Empty items are absent; what does not fit goes aside under its place."""
    value, texts, _ = coerced({"wholes": ["3", None, "x", "", "1", {"a": "b"}]})
    assert value == {"wholes": [3, 1]}
    assert list(texts.values()) == ["x", "b"]


@pytest.mark.parametrize("name", ["text", "whole", "part", "rate", "truth", "time", "node"])
def test_a_list_of_one_is_its_element_where_the_schema_wants_one_value(name: str) -> None:
    """XML cannot tell them apart."""
    one: Value = {"whole": "1"} if name == "node" else "2022-01-01 00:00:00Z"
    assert coerced({name: [one]}) == coerced({name: one})
    attributed = {"@type": "a", "#text": one} if isinstance(one, str) else one
    assert coerced({name: [attributed]}) == coerced({name: attributed})


def test_a_repeated_value_that_agrees_is_one_value() -> None:
    """However it is spaced and written."""
    assert placed(
        {"text": ["a", " a "], "whole": ["1", 1, "1"], "truth": [True, "true", None]}
    ) == {
        "text": "a",
        "whole": 1,
        "truth": True,
    }


def test_a_repeated_value_that_differs_is_absent_and_kept_aside() -> None:
    """Never the first or the last of them."""
    assert kept_aside({"text": ["a", "b"]}) == ["a", "b"]
    assert kept_aside({"whole": ["1", "2", "1"]}) == ["1", "2", "1"]


@pytest.mark.parametrize(
    "values",
    [
        ["a", {"b": "c"}],
        [{"b": "c"}, "a"],
        ["a", {"@b": "c", "#text": "a"}],
        ["a", {"#text": "d", "@b": "c"}],
        ["a", "a", {"b": {"e": "c"}}],
    ],
)
def test_a_value_beside_a_container_loses_neither(values: list[Value]) -> None:
    """`<Code>a</Code><Code><b>c</b></Code>` is not the text `a` alone."""
    value, texts, _ = coerced({"text": values})
    assert {leaf for _, leaf in leaves(values)} <= {leaf for _, leaf in leaves([value, texts])}


def test_an_object_where_a_text_is_expected_is_kept_aside() -> None:
    """Leaf by leaf."""
    assert kept_aside({"text": {"a": "1", "b": {"c": ["2", "3"]}}}) == ["1", "2", "3"]
    assert kept_aside({"whole": {"a": "1"}, "time": {"a": "1"}}) == ["1", "1"]


def test_a_text_where_an_object_is_expected_is_kept_aside() -> None:
    """A text, a number, several objects."""
    assert kept_aside({"node": "1"}) == ["1"]
    assert kept_aside({"node": True, "nodes": [5]}) == ["true", "5"]
    assert kept_aside({"node": [{"whole": "1"}, {"whole": "2"}]}) == ["1", "2"]


def test_attributes_of_a_text_are_kept_aside_and_the_text_in_place() -> None:
    """`<whole unit="px">5</whole>` is 5."""
    value, texts, _ = coerced({"whole": {"@unit": "px", "#text": "5"}})
    assert value == {"whole": 5}
    assert list(texts.values()) == ["px"]


def test_attributes_without_a_text_are_kept_aside() -> None:
    """`<whole unit="px"/>` has no value."""
    assert kept_aside({"whole": {"@unit": "px"}}) == ["px"]
    assert kept_aside({"whole": {"@unit": "px", "#text": " "}}) == ["px"]


def test_attributes_of_what_nobody_knows_stay_with_it() -> None:
    """As xmltodict writes them."""
    assert placed({"new": {"@a": "1", "#text": "2"}}) == {"new": {"@a": "1", "#text": "2"}}


def test_paths_tell_where_a_text_stood() -> None:
    """Dotted, with list positions, below the path of the whole."""
    aside = Aside()
    coerce(
        {"node": {"whole": "x"}, "nodes": ["y", {"whole": {"a": ["z", "w"]}}]},
        PLAN,
        "Job.Operation",
        aside,
    )
    assert aside.texts == {
        "Job.Operation.node.whole": "x",
        "Job.Operation.nodes[0]": "y",
        "Job.Operation.nodes[1].whole.a[0]": "z",
        "Job.Operation.nodes[1].whole.a[1]": "w",
    }


@pytest.mark.parametrize(
    "document",
    [
        {"a.b": "1", "a": {"b": "2"}},
        {"a": {"b.c": "1", "b": {"c": "2"}}},
        {"a[0]": "1", "a": ["2", "3"]},
        {"": {"a": "1"}, "a": "2"},
        {"a": {"": "1"}, "a.": "2"},
    ],
)
def test_no_two_leaves_share_a_path(document: Document) -> None:
    """A name may hold dots and brackets, in XML dots too: no text pushes another one out."""
    aside = Aside()
    aside.keep(document, "")
    assert sorted(aside.texts.values()) == sorted(str(leaf) for _, leaf in leaves(document))


TIMES = [
    ("2016-08-12 15:26:29 UTC", "2016-08-12T15:26:29Z"),
    ("2016-08-12T15:26:29.5 UTC", "2016-08-12T15:26:29.5Z"),
    ("2022-06-30T15:29:42+0800", "2022-06-30T15:29:42+08:00"),
    ("2022-08-09 14:54:17+0800", "2022-08-09T14:54:17+08:00"),
    ("2022-08-09T14:54:17+08:00", "2022-08-09T14:54:17+08:00"),
    ("2022-08-09T14:54:17+08", "2022-08-09T14:54:17+08:00"),
    ("2022-08-09T14:54:17Z", "2022-08-09T14:54:17Z"),
    ("2022-08-09T14:54:17.25-0330", "2022-08-09T14:54:17.25-03:30"),
    ("2024-02-29T23:59:59+0000", "2024-02-29T23:59:59+00:00"),
    ("9999-12-31T23:59:59-1200", "9999-12-31T23:59:59-12:00"),
    ("0001-01-01T00:00:00+1400", "0001-01-01T00:00:00+14:00"),
]
NOT_TIMES = [
    "-",
    "CreateTime",
    "2022-06-30",
    "15:29:42+0800",
    "2022-06-30T15:29:42",
    "2022-08-09 14:54:17",
    "2022-06-30T15:29+0800",
    "2022-06-30T15:29:60+0800",
    "2016-12-31T23:59:60Z",
    "2022-06-30T24:00:00+0800",
    "2022-06-30T15:60:00+0800",
    "2022-02-29T00:00:00Z",
    "2022-13-01T00:00:00Z",
    "2022-00-01T00:00:00Z",
    "2022-01-00T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "12022-01-01T00:00:00Z",
    "2022-01-01T00:00:00+2400",
    "2022-01-01T00:00:00+14:60",
    "2022-01-01T00:00:00+0899",
    "2022-01-01T00:00:00+8",
    "2022-01-01T00:00:00 +0800",
    "2022-01-01T00:00:00GMT",
    "2022-01-01T00:00:00UTC",
    "2022-01-01 00:00:00 utc",
    "2022-01-01T00:00:00.+0800",
    "2022-01-01T00:00:00,5Z",
    "2022-01-01\t00:00:00Z",
    "２０２２-06-30T15:29:42+0800",
    "2022-06-30T15:29:٤٢+0800",
    "Thu, 09 Aug 2022 16:23:12 GMT",
    "1497530202",
    "%Y-%m-%dT%H:%m:%S%z",
]


@pytest.mark.parametrize(("text", "expected"), TIMES)
def test_every_documented_time_becomes_rfc_3339(text: str, expected: str) -> None:
    """One moment, one text, with its offset."""
    assert date_time(text) == expected
    assert placed({"time": f" {text} "}) == {"time": expected}


@pytest.mark.parametrize("text", NOT_TIMES)
def test_what_is_no_moment_is_kept_aside_as_text(text: str) -> None:
    """No offset, no such day, a leap second, other digits: nothing is guessed."""
    assert date_time(text) is None
    assert kept_aside({"time": text}) == [text.strip()]


RFC_3339 = jsonschema_rs.validator_for(
    {"type": "string", "format": "date-time"}, validate_formats=True
)
_DIGITS = st.text("0123456789", min_size=2, max_size=2)
_CLOCK = st.builds(
    "{}:{}:{}{}".format, _DIGITS, _DIGITS, _DIGITS, st.sampled_from(["", ".5", ".000001"])
)
_OFFSET = st.one_of(
    st.just("Z"), st.builds("{}{}{}".format, st.sampled_from("+-"), _DIGITS, st.just("") | _DIGITS)
)


@settings(deadline=None, max_examples=200)
@given(st.builds("20{}-{}-{}T{}{}".format, _DIGITS, _DIGITS, _DIGITS, _CLOCK, _OFFSET))
def test_a_time_that_is_accepted_is_one_that_consumers_accept(text: str) -> None:
    """What stays in place satisfies `format: date-time`; else its event would break its schema."""
    found = date_time(text)
    assert found is None or RFC_3339.is_valid(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("1280", 1280),
        ("-99", -99),
        ("+5", 5),
        ("007", 7),
        ("5.", 5),
        ("1.000", 1),
        ("-0", 0),
        ("9" * 18, 10**18 - 1),
        ("-" + "9" * 18, 1 - 10**18),
    ],
)
def test_a_whole_number(text: str, expected: int) -> None:
    """`Level` is `10` and `1.000` for one file."""
    assert integer(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1.5",
        ".5",
        "1e3",
        "1_000",
        "1,000",
        "0x10",
        "",
        "-",
        "+",
        ".",
        "+-1",
        "--1",
        "1 0",
        "1.0.0",
        "nan",
        "inf",
        "auto",
        "9" * 20,
        "9" * 5000,
        "١٢",
        "１２",
        "²",
        "½",
        "1.00x",
        "Ⅷ",
    ],
)
def test_what_is_no_whole_number_is_kept_aside(text: str) -> None:
    """Neither rounded nor cut, nor beyond the 64 bits that every consumer has."""
    assert integer(text) is None
    assert coerced({"whole": text})[0] is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.870000", 0.87),
        ("25.000", 25.0),
        ("13", 13.0),
        ("+5", 5.0),
        ("5.", 5.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1.000", 1.0),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        ("1e308", 1e308),
    ],
)
def test_a_number(text: str, expected: float) -> None:
    """Decimal, with or without an exponent."""
    assert number(text) == expected
    assert ratio(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        "+",
        "e5",
        "1e",
        "1e+",
        "1e999",
        "-1e999",
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "1_000",
        "1,5",
        "0x1p3",
        "1 0",
        "1.2.3",
        "..5",
        "١٢",
        "１.５",
        "²",
        "1.²",
        "9" * 5000,
    ],
)
def test_what_is_no_finite_number_is_kept_aside(text: str) -> None:
    """`float()` would take half of these."""
    assert number(text) is None
    assert ratio(text) is None
    assert coerced({"part": text, "rate": text})[0] is None


def test_a_ratio_becomes_its_number_and_its_text_is_kept_aside() -> None:
    """Where the schema allows it (`Fps`): nothing of `30000/1001` is lost."""
    value, texts, _ = coerced({"rate": "50/1"})
    assert (value, list(texts.values())) == ({"rate": 50.0}, ["50/1"])
    assert coerced({"rate": "30000/1001"})[0] == {"rate": 30000 / 1001}
    assert placed({"rate": "25.000"}) == {"rate": 25.0}


@pytest.mark.parametrize(
    "text", ["1/0", "0/0", "1/", "/1", "1/2/3", "-1/2", "1.5/2", "1 / 2", "१/२"]
)
def test_what_is_no_ratio_is_kept_aside(text: str) -> None:
    """Nor is a ratio a number where the schema does not say so."""
    assert ratio(text) is None
    assert kept_aside({"rate": text}) == [text]
    assert kept_aside({"part": "50/1"}) == ["50/1"]


@pytest.mark.parametrize(
    ("text", "expected"), [("true", True), ("TRUE", True), ("False", False), ("false", False)]
)
def test_a_truth(text: str, expected: bool) -> None:  # noqa: FBT001
    """In any case."""
    assert boolean(text) is expected


@pytest.mark.parametrize("text", ["", "0", "1", "yes", "On", "t", "true.", "ｔｒｕｅ"])
def test_what_is_no_truth_is_kept_aside(text: str) -> None:
    """Off is not false to us."""
    assert boolean(text) is None
    assert coerced({"truth": text})[0] is None


@settings(deadline=None)
@given(st.text())
@pytest.mark.parametrize("scalar", [integer, number, ratio, boolean, date_time])
def test_any_text_has_a_value_or_none(scalar: Callable[[str], Value], text: str) -> None:
    """No text raises, and no value is one that JSON cannot say."""
    json.dumps(scalar(text), allow_nan=False)


def texts_of(values: Iterable[Value]) -> set[object]:
    """What the leaves of all `values` mean."""
    return {meaning(leaf) for value in values for _, leaf in leaves(value)}


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, Document]:
    """A packaged schema and a document more or less like it, or like nothing."""
    identifier = draw(st.sampled_from(sorted(SCHEMAS)))
    body = draw(st.one_of(of_schema(identifier), of_schema(identifier), ODD))
    extra = draw(some({"detail": ODD, "job": ODD, "tasks": ODD}, 1))
    return identifier, (body if isinstance(body, dict) else {"odd": body}) | extra


PROPERTY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@PROPERTY
@given(typed())
def test_any_document_by_any_schema_is_json_and_loses_nothing(case: tuple[str, Document]) -> None:
    """Every leaf is in place or aside, nothing is null or empty, and orjson can write it."""
    identifier, document = case
    aside = Aside()
    value = coerce(document, contract().property_plan(identifier), "", aside)
    assert texts_of([document]) <= texts_of([value, aside.texts])
    assert orjson.loads(orjson.dumps(value)) == value
    assert all(isinstance(text, str) and text for text in aside.texts.values())


@PROPERTY
@given(typed())
def test_both_wire_forms_of_any_document_are_coerced_alike(case: tuple[str, Document]) -> None:
    """In place, aside and in the count of unknown fields."""
    identifier, document = case
    found = []
    xml = xmltodict.unparse({"r": document}, full_document=False).encode()
    for body in (xml, as_json({"r": document})):
        aside = Aside()
        plan = contract().property_plan(identifier)
        value = coerce(decode(verified(body))["r"], plan, "", aside)
        found.append((value, aside.texts, aside.unknown))
    assert found[0] == found[1]
