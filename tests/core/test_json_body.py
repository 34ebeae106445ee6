"""JSON → document: what the standard library makes of it when it is told to be strict."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.errors import Unreadable
from gateway.core.json_body import decode_json
from gateway.core.model import Value
from tests.fuzz.inputs import body as mutated

DEPTH = 64


def _once(pairs: list[tuple[str, Value]]) -> Value:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("duplicate key")
    return dict(pairs)


def _refused(constant: str) -> Value:
    raise ValueError(constant)


def _depth(value: Value) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def strict(body: bytes) -> Value:
    """The standard library's reading; `ValueError` where it, or strictness, refuses."""
    document = json.loads(
        body.decode(),
        object_pairs_hook=_once,
        parse_constant=_refused,
        parse_float=lambda text: ("fraction", text),
    )
    json.dumps(document, ensure_ascii=False).encode()  # refuses lone surrogates
    if not isinstance(document, dict | list) or _depth(document) > DEPTH:
        raise ValueError("not a container, or too deep")
    return document


def comparable(value: Value) -> Value:
    """Our reading with fractions written as the oracle writes them."""
    if isinstance(value, dict):
        return {name: comparable(child) for name, child in value.items()}
    if isinstance(value, list):
        return [comparable(child) for child in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    return ("fraction", str(value))


def same(body: bytes) -> None:
    """Both read the body alike, or both refuse it."""
    try:
        expected = strict(body)
    except (ValueError, RecursionError):
        with pytest.raises(Unreadable):
            decode_json(body)
    else:
        assert comparable(decode_json(body)) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b' \r\n\t{ "a" : [ 1 , null , true , false ] } \n',
        b'{"":{"":[[]]}}',
        b'{"a":"\\u0000\\b\\f\\n\\r\\t\\/\\\\\\""}',
        b'{"a":"\\ud83d\\ude00","\\u4e2d":"\xe4\xb8\xad"}',
        b'{"a":"\x7f\xc2\x85\xe2\x80\xa8\xef\xbf\xbe"}',
        b'{"a":0,"b":-0.0,"c":1e5,"d":1E+5,"e":1.50,"f":-1.5e-7,"g":1e999}',
        b'{"a":{"a":1},"b":{"a":1}}',
    ],
)
def test_strict_json_is_read(body: bytes) -> None:
    """Every production of the grammar."""
    same(body)


@pytest.mark.parametrize("digits", [1, 18, 19, 20, 39, 309, 4299, 4300, 4301, 5000, 100_000])
def test_a_whole_number_is_exact_or_refused(digits: int) -> None:
    """Up to the 4,300 digits that Python converts; never rounded, never a foreign exception."""
    for sign in (b"", b"-"):
        same(b'{"a":' + sign + b"9" * digits + b"}")


@pytest.mark.parametrize("text", ["1.50", "1e5", "1E+05", "-0.0", "1e999", "0." + "1" * 400])
def test_a_fraction_keeps_its_text(text: str) -> None:
    """What no schema types reads the same in JSON and in XML."""
    assert str(decode_json(f'{{"a":{text}}}'.encode())["a"]) == text


_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(document=st.one_of(st.lists(_VALUES), st.dictionaries(st.text(), _VALUES)), data=st.data())
def test_any_document_is_read_as_the_standard_library_reads_it(
    document: Value, data: st.DataObject
) -> None:
    """Escaped or not, compact or not, and with any piece damaged."""
    ascii_only, indent = data.draw(st.booleans()), data.draw(st.sampled_from([None, 0, 2]))
    body = json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode()
    same(body)
    at = data.draw(st.integers(0, len(body) - 1))
    piece = data.draw(
        st.sampled_from(
            [b"", b",", b'"', b"}", b"]", b"0", b"-", b"\\", b"\\ud800", b".", b"e", b" "]
        )
    )
    same(body[:at] + piece + body[at + 1 :])


@pytest.mark.parametrize(
    "kind", ["document as JSON", "text of JSON", "damaged document", "bytes", "truncated", "deep"]
)
@pytest.mark.parametrize("seed", range(5))
def test_a_mutated_callback_is_read_or_refused_as_by_the_standard_library(
    kind: str, seed: int
) -> None:
    """Keys given twice, odd numbers, escapes, damage: both read the same, or both refuse."""
    random = Random(f"{kind}/{seed}")
    for _ in range(100):
        body = mutated(random, kind)
        if body.startswith((b"{", b"[")):
            same(body)
