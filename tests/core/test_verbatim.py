"""A document that no schema types, as an event holds it: every value with JSON's own type."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.json_body import decode_json
from gateway.core.model import Value
from gateway.core.verbatim import verbatim

VALUES: dict[str, Value] = {
    '"1.0"': "1.0",
    '" a "': " a ",
    '""': "",
    "null": None,
    "true": True,
    "false": False,
    "0": 0,
    "-0": 0,
    "1.0": 1.0,
    "1.50": 1.5,
    "-0.0": -0.0,
    "1E3": 1000.0,
    "0.1": 0.1,
    "3.141592653589793238462643": 3.141592653589793,
    "18446744073709551615": 2**64 - 1,
    "18446744073709551616": "18446744073709551616",
    "-9223372036854775808": -(2**63),
    "-9223372036854775809": "-9223372036854775809",
    "1e308": 1e308,
    "1e309": "1e309",
    "-1e400": "-1e400",
    "1e-400": 0.0,
    "{}": {},
    "[]": [],
    "[1]": [1],
    '{"a":[{"b":1.0},[]]}': {"a": [{"b": 1.0}, []]},
}


@pytest.mark.parametrize("text", VALUES)
def test_a_value_keeps_its_type(text: str) -> None:
    """A number that an event cannot hold is its text."""
    found = verbatim(decode_json(text.encode()))
    assert (found, type(found)) == (VALUES[text], type(VALUES[text]))
    assert orjson.loads(orjson.dumps(found)) == VALUES[text]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
        | st.integers(-(2**63), 2**64 - 1) | st.text(st.characters(codec="utf-8")),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner)
        ),
    )
)  # fmt: skip
def test_what_json_says_is_in_the_event(value: Value) -> None:
    """Written and read again, it is the same."""
    body = json.dumps(value).encode()
    assert orjson.loads(orjson.dumps(verbatim(decode_json(body)))) == json.loads(body)
