"""Schemes of Tencent Cloud that sign a time and not the body: CSS in the body, IM in the query."""

import hashlib
import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from gateway.core.checks.css import css_check
from gateway.core.checks.im import im_check
from gateway.core.model import Proof, Value
from gateway.signing import SCHEMES
from tests.core.checks.requests import NOW, request, sent, verdict

KEYS = [b"first-key", "schlüssel".encode()]
CSS = css_check(KEYS)
IM = im_check(KEYS)


def css_sign(expiry: Value, key: bytes = KEYS[0]) -> str:
    """As the vendor describes it."""
    return hashlib.md5(key + str(expiry).encode()).hexdigest()


def css(document: Value, *, time: float = NOW) -> Proof | str:
    """What is said of a body."""
    return verdict(CSS, request(json.dumps(document).encode(), time=time))


@pytest.mark.parametrize("position", [0, 1])
def test_css_accepts_what_is_signed_with_a_live_key(position: int) -> None:
    """In a body of any other content."""
    made = SCHEMES["css"](b'{"event_type": 1, "stream_id": "s", "a": [1.50]}', KEYS[position], NOW)
    assert json.loads(made.body)["t"] == NOW + 600
    assert verdict(CSS, sent(made)) == Proof("css", "css", position)
    t = NOW + 600
    assert css({"t": t, "sign": css_sign(t, KEYS[position])}) == Proof("css", "css", position)


@pytest.mark.parametrize(
    ("seconds", "accepted"),
    [(-300.1, False), (-300, True), (0, True), (599, True), (600.9, True), (601, False)],
)
def test_css_lets_a_signature_expire(*, seconds: float, accepted: bool) -> None:
    """It is valid for ten minutes; the sender's clock may be ahead by five."""
    t = NOW + 600
    told = css({"t": t, "sign": css_sign(t)}, time=NOW + seconds)
    assert isinstance(told, Proof) == accepted


def test_css_has_a_tolerance() -> None:
    """For clocks that are ahead."""
    t = NOW + 600
    seen = request(json.dumps({"t": t, "sign": css_sign(t)}).encode(), time=NOW - 11)
    assert isinstance(verdict(css_check(KEYS, tolerance=11), seen), Proof)
    assert verdict(css_check(KEYS, tolerance=10), seen) == "t is past or too far ahead"


T = NOW + 600


@pytest.mark.parametrize(
    "document",
    [
        *([], None, "t", 1, {}, {"t": T}, {"sign": css_sign(T)}),
        {"t": T, "sign": css_sign(T).upper()},
        {"t": T, "sign": css_sign(T) + " "},
        {"t": T, "sign": ""},
        {"t": T, "sign": None},
        {"t": T, "sign": [css_sign(T)]},
        {"t": T, "sign": "é" * 32},
        {"t": T + 1, "sign": css_sign(T)},
        {"t": str(T), "sign": css_sign(T)},
        {"t": float(T), "sign": css_sign(float(T))},
        {"t": True, "sign": css_sign("True")},
        {"t": -T, "sign": css_sign(-T)},
        {"t": 0, "sign": css_sign(0)},
        {"t": 10**20, "sign": css_sign(10**20)},
        {"t": T, "sign": css_sign(T, b"")},
        {"t": T, "sign": css_sign(T, b"other")},
        {"data": {"t": T, "sign": css_sign(T)}},
    ],
)
def test_css_refuses_anything_else(document: Value) -> None:
    """By nothing else than `Refused`."""
    assert isinstance(css(document), str)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml/>",
        b"\xff",
        b"[" * 100_000,
        b'{"t": ' + b"9" * 5000 + b', "sign": "a"}',
        b'{"t": 1, "sign": "\\ud800"}',
        b'{"t": %d, "t": %d, "sign": "%s"}' % (T, T, css_sign(T).encode()),
    ],
)
def test_css_reads_a_body_within_the_decoders_bounds(body: bytes) -> None:
    """What it would not decode once verified proves nothing."""
    assert verdict(CSS, request(body)) == "the body is not JSON"


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda it: st.lists(it) | st.dictionaries(st.sampled_from(["t", "sign", "a"]), it),
    )
)
def test_css_accepts_nothing_by_chance(document: Value) -> None:
    """And no document ends in another error."""
    assert isinstance(css(document), str)


def im_query(time: object, key: bytes = KEYS[0]) -> dict[str, str]:
    """As the vendor describes it."""
    return {
        "SdkAppid": "1",
        "Sign": hashlib.sha256(key + str(time).encode()).hexdigest(),
        "RequestTime": str(time),
    }


def im(query: Mapping[str, str], *, time: float = NOW) -> Proof | str:
    """What is said of a query."""
    return verdict(IM, request(b"{}", query=query, time=time))


def test_im_accepts_what_is_signed_with_a_live_token_for_a_minute() -> None:
    """In both directions, which is the vendor's advice; it is configurable."""
    for position, key in enumerate(KEYS):
        assert im(im_query(NOW, key)) == Proof("im", "im", position)
    for seconds in (-60, 60, 60.9):
        assert im(im_query(NOW), time=NOW + seconds) == Proof("im", "im", 0)
    for seconds in (-61, 61):
        assert im(im_query(NOW), time=NOW + seconds) == "RequestTime is more than 60 s away"
    seen = request(b"{}", query=im_query(NOW), time=NOW + 300)
    assert verdict(im_check(KEYS, tolerance=300), seen) == Proof("im", "im", 0)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"Sign": im_query(NOW)["Sign"]},
        {"RequestTime": str(NOW)},
        im_query(NOW) | {"Sign": ""},
        im_query(NOW) | {"Sign": im_query(NOW)["Sign"].upper()},
        im_query(NOW) | {"Sign": "é"},
        im_query(NOW) | {"Sign": "\udcff"},
        im_query(NOW) | {"RequestTime": str(NOW + 1)},
        im_query(f"0{NOW}"),
        im_query(f"{NOW}.0"),
        im_query(NOW, b""),
        im_query(NOW, b"other"),
        MultiDict([*im_query(NOW).items(), ("Sign", im_query(NOW)["Sign"])]),
        MultiDict([*im_query(NOW).items(), ("RequestTime", str(NOW))]),
        {name.lower(): value for name, value in im_query(NOW).items()},
    ],
)
def test_im_refuses_anything_else(query: Mapping[str, str]) -> None:
    """Missing, empty, repeated, in other letters, of another time or key."""
    assert isinstance(im(query), str)
