"""`coerce`, with its short ways, gives what the plain rules give: same value, same texts aside."""

from dataclasses import dataclass
from functools import cache

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.coerce import Aside, Plan, coerce
from gateway.core.contract import Contract
from gateway.core.decode import decode
from gateway.core.model import Document, Value
from gateway.core.plans import Schema
from tests.core.plain_coercion import plainly
from tests.core.test_coerce import NOT_TIMES, SCHEMA, TIMES, URN
from tests.laws.documents import natural
from tests.laws.generated import LEAVES, SCHEMAS, of_schema
from tests.sources import as_json, contract, verified

EXACT: Schema = SCHEMA | {"properties": SCHEMA["properties"] | {"more": SCHEMA}}


def written(value: Value) -> bytes:
    """As the id of an event sees it; 1, 1.0 and true are three values."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


@dataclass(frozen=True, slots=True)
class Ways:
    """Both ways to coerce by one plan."""

    plan: Plan

    def disagreement(self, value: Value) -> object:
        """What each way makes of a value (in place, aside, unknown), where that differs."""
        short, plain = Aside(), Aside()
        made = written(coerce(value, self.plan, "Job", short)), short.texts, short.unknown
        right = written(plainly(value, self.plan, "Job", plain)), plain.texts, plain.unknown
        return (made, right) if made != right else None


@cache
def packaged(identifier: str) -> Ways:
    """Both ways of a packaged schema."""
    return ways(contract(), identifier)


def ways(schemas: Contract, identifier: str) -> Ways:
    """Both ways of a schema."""
    return Ways(schemas.property_plan(identifier))


TESTED = ways(Contract([EXACT]), URN)


SCALARS = ["text", "whole", "part", "rate", "truth", "time"]
TEXTS = [
    "1",
    "1.000",
    "1.",
    "+5",
    "-0",
    "007",
    ".5",
    "5.",
    "-.5",
    "1e3",
    "1E-400",
    "1e999",
    "9" * 18,
]
TEXTS += [
    "9" * 19,
    "1_0",
    "50/1",
    "1/3",
    "1/0",
    " 1 ",
    "\t1.5\r\n",
    "\xa01",
    "\u30001",
    "\x1c1\x1f",
]
TEXTS += [
    "\x851",
    "\u200b1",
    "\ufeff1",
    "true",
    "TRUE",
    " False ",
    "nan",
    "inf",
    "１",
    "x",
    "",
    " ",
]
TEXTS += ["1\x00", "\x00", "1e5000", "0x10", "1,5", "a\x1c", "\x1d", "\u180e1", "1 1", "--1", "¹"]
TEXTS += [time for time, _ in TIMES] + NOT_TIMES
BARE: list[Value] = [None, 0, -1, 10**17, 10**18, 10**30, 2**63, True, False, {}, [], [None], [[]]]
BARE += [
    ["1"],
    ["1", "1"],
    ["1", "2"],
    ["1", None],
    ["1", ""],
    [{}],
    ["1", {}],
    [{}, {"whole": "1"}],
]
BARE += [{"whole": "1"}, [{"whole": "1"}], [{"whole": "1"}, {"whole": "2"}], {"whole": None}]
BARE += [
    {"whole": ""},
    [{"whole": ""}],
    [{"whole": "x"}],
    {"#text": "1"},
    {"@a": "1", "#text": "1"},
]
BARE += [[["1"]], [[{"whole": "1"}]], {"": "1"}, {"Whole": "1"}, "plain"]


@pytest.mark.parametrize("name", SCHEMA["properties"])
def test_every_kind_of_value_in_every_kind_of_field(name: str) -> None:
    """Texts, bare JSON scalars, empties, lists, objects; alone, in a list, one level down."""
    disagreeing: list[Document] = []
    fractions = decode(verified(b"[1.0, 1.50, 1e3, -0.0, 1e999, 0.1, 12345678901234567890.5]"))
    for value in [*TEXTS, *BARE, *fractions]:
        documents = (
            {name: value},
            {name: [value]},
            {name: [value, value]},
            {name: value, "text": "x"},
            {"more": {name: value}},
            {name: {name: value}},
            {name: {"whole": value}},
            {name: [{"whole": value}, {"whole": "2"}]},
        )
        disagreeing += [one for one in documents if TESTED.disagreement(one)]
    assert disagreeing == []


@pytest.mark.parametrize("root", [None, "", "x", 1, [], {}, [{}], [{"text": "1"}], [{}, {}], [[]]])
def test_any_root(root: Value) -> None:
    """Also where the whole is no object."""
    assert TESTED.disagreement(root) is None


def test_ratios_are_kept_aside_under_the_same_path() -> None:
    """In objects, in lists of one and in lists of several."""
    schema: Schema = {
        "$id": URN,
        "type": "object",
        "properties": {"videos": {"type": "array", "items": SCHEMA}, "video": SCHEMA},
    }
    for document in (
        {"video": {"rate": "50/1"}},
        {"videos": {"rate": "50/1"}},
        {"videos": [{"rate": "50/1"}]},
        {"videos": [{"rate": "50/1"}, {"rate": "30000/1001"}]},
        {"videos": [{}, {"rate": "30000/1001"}]},
        {"videos": [None, {"rate": "30000/1001"}]},
        {"videos": [{"rate": "50/1"}, {"rate": "x"}], "video": {"rate": "1/0"}},
    ):
        assert ways(Contract([schema]), URN).disagreement(document) is None


LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LAW
@given(name=st.sampled_from(SCALARS), text=st.text())
def test_any_text_in_any_field(name: str, text: str) -> None:
    """What counts as white space, as a digit, as a number: all the same."""
    assert TESTED.disagreement({name: text}) is None
    assert TESTED.disagreement({"texts": [text, text], "wholes": [text]}) is None


@LAW
@given(data=st.data(), identifier=st.sampled_from(sorted(SCHEMAS)))
def test_any_document_by_any_packaged_schema(data: st.DataObject, identifier: str) -> None:
    """Texts or bare scalars, as JSON gives them."""
    document: Document = data.draw(of_schema(identifier))
    for body in (as_json(document), natural(document)):
        if isinstance(document, dict):
            assert packaged(identifier).disagreement(decode(verified(body))) is None


@LAW
@given(st.dictionaries(st.sampled_from(list(SCHEMA["properties"])), LEAVES | st.lists(LEAVES)))
def test_any_leaves_in_known_fields(document: Document) -> None:
    """Nothing unknown, so that the short ways are tried."""
    assert TESTED.disagreement(document) is None
