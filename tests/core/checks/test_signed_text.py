"""What is signed: joined so that no two callbacks with different bodies share a signature."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from gateway.core.checks.signed_text import signed_text
from gateway.core.errors import Refused
from gateway.core.model import Callback
from tests.core.checks.requests import request

HEADERS = {"X-Date": "Sat, 1 Jan", "X-Nonce": "n1"}
QUERY = {"nonce": "n2", "x": "y"}


def joined(text: str, seen: Callback) -> bytes:
    """What `text` stands for."""
    return signed_text(text, check="hmac")(seen, b"1700000000", b"id-1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{body}", b"body\r\n\xff"),
        ("v0:{timestamp}:{body}", b"v0:1700000000:body\r\n\xff"),
        ("{id}.{timestamp}.{body}", b"id-1.1700000000.body\r\n\xff"),
        ("{timestamp}{body}", b"1700000000body\r\n\xff"),
        ("{body}{timestamp}", b"body\r\n\xff1700000000"),
        ("https://a/b?c=d{body}", b"https://a/b?c=dbody\r\n\xff"),
        ("{body}é", b"body\r\n\xff\xc3\xa9"),
        ("{header:x-date}\n{query:nonce}\n{body}\n", b"Sat, 1 Jan\nn2\nbody\r\n\xff\n"),
        ("{body} {header:X-NONCE}", b"body\r\n\xff n1"),
    ],
)
def test_placeholders_stand_for_parts_of_the_callback(text: str, expected: bytes) -> None:
    """Raw bytes, and the text between them as it is."""
    assert joined(text, request(b"body\r\n\xff", HEADERS, query=QUERY)) == expected


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "must contain {body}, and once"),
        ("{timestamp}", "must contain {body}, and once"),
        ("{body}.{body}", "must contain {body}, and once"),
        ("{Body}", "{Body} is none of {body}"),
        ("{body}{}", "{} is none of {body}"),
        ("{body:x}", "{body:x} is none of {body}"),
        ("{path}{body}", "{path} is none of {body}"),
        ("{header}.{body}", "{header} is none of {body}"),
        ("{header:}.{body}", "{header:} is none of {body}"),
        ("{query:}.{body}", "{query:} is none of {body}"),
        ("{id:x}.{body}", "{id:x} is none of {body}"),
        ("{{body}}", "a single brace is none of"),
        ("{body", "a single brace is none of"),
        ("{id}{body}", "text must divide {id}"),
        ("{body}{header:a}", "text must divide {header:a}"),
        ("{query:a}{timestamp}.{body}", "text must divide {query:a}"),
        ("{body}.{timestamp}{id}", "text must divide {id}"),
    ],
)
def test_a_text_that_could_not_be_relied_on_is_a_mistake(text: str, mistake: str) -> None:
    """Told before any callback arrives."""
    with pytest.raises(ValueError, match="^" + mistake.replace("{", r"\{")):
        signed_text(text, check="hmac")


TEXTS = [
    "{header:X-Nonce}.{body}",
    "{body}.{query:nonce}",
    "a{header:x-nonce}|{query:nonce}|{body}",
]


@given(st.sampled_from(TEXTS), *[st.tuples(*[st.text("ab.|", max_size=3)] * 3)] * 2)
def test_different_callbacks_are_never_joined_to_the_same(
    text: str, one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    """A value that contains the text that divides it from the next is refused."""

    def of(body: str, nonce: str, parameter: str) -> bytes | None:
        seen = request(body.encode(), {"X-Nonce": nonce}, query={"nonce": parameter})
        try:
            return joined(text, seen)
        except Refused:
            return None

    first, second = of(*one), of(*other)
    if first is not None and first == second:
        assert one[0] == other[0]


@pytest.mark.parametrize(
    ("text", "nonce", "parameter"),
    [
        ("{header:X-Nonce}.{body}", "a.b", "n"),
        ("{body}.{header:X-Nonce}", "a.b", "n"),
        ("{header:X-Nonce}|{query:nonce}|{body}", "a", "b|"),
        ("{body}--{query:nonce}", "a", "-b"),
    ],
)
def test_a_value_that_contains_what_divides_it_from_the_next_is_refused(
    text: str, nonce: str, parameter: str
) -> None:
    """Else its end could be the beginning of another body."""
    with pytest.raises(Refused, match="the text that divides it"):
        joined(text, request(b"b", {"X-Nonce": nonce}, query={"nonce": parameter}))
    joined(text, request(b"a.b|--b", {"X-Nonce": "a;b"}, query={"nonce": "b;"}))


def test_text_around_the_whole_divides_nothing() -> None:
    """So a value may contain it."""
    seen = request(b"body", {"X-Nonce": "/n/"})
    assert joined("/{header:X-Nonce}.{body}", seen) == b"//n/.body"
    assert joined("{body}.{header:X-Nonce}/", seen) == b"body./n//"


@pytest.mark.parametrize("query", [{}, {"nonce": ""}, {"nonce": "é"}, {"nonce": "\udcff"}])
def test_a_parameter_that_is_missing_or_strange_is_refused(query: Mapping[str, str]) -> None:
    """By nothing else than `Refused`."""
    with pytest.raises(Refused, match="nonce"):
        joined("{query:nonce}.{body}", request(b"", query=query))


def test_a_parameter_that_is_repeated_is_refused() -> None:
    """Also when both are the same."""
    repeated = MultiDict([("nonce", "n"), ("nonce", "n")])
    with pytest.raises(Refused, match="nonce stands there more than once"):
        joined("{query:nonce}.{body}", request(b"", query=repeated))
