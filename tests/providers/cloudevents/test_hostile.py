"""Whatever a sender puts into headers and body costs little and ends in one of our answers."""

import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.errors import Ignored, Reason
from gateway.core.pipeline import process
from gateway.providers.cloudevents import MOST
from tests.costs import is_soon
from tests.providers.cloudevents.messages import (
    BATCH,
    JSON,
    MINIMAL,
    SOURCE,
    batch,
    binary,
    data,
    received,
    structured,
)
from tests.providers.received import quarantine_of
from tests.sources import callback


def test_the_largest_batch_is_read() -> None:
    """As many events as are allowed, each with an id of its own, soon."""
    message = batch(*({**MINIMAL, "id": str(number)} for number in range(MOST)))
    assert len({event["id"] for event in received(message)}) == MOST
    assert is_soon(lambda: received(message))


def test_a_larger_batch_is_quarantined() -> None:
    """One event more, or as many as a body can hold."""
    for count in (MOST + 1, 300_000):
        body = b"[" + b"{}," * (count - 1) + b"{}]"
        assert quarantine_of(SOURCE, body, BATCH).reason is Reason.SCHEMA
        assert is_soon(partial(quarantine_of, SOURCE, body, BATCH))


FLOODS = {
    "attributes": {f"ce-a{number}": "x" for number in range(5_000)},
    "other headers": {f"x-{number}": "x" for number in range(5_000)},
    "a long value": {"ce-ext": "%E2%82%AC" * 100_000},
    "a long value of percent signs": {"ce-ext": "%" * 100_000},
    "a long quoted value": {"ce-ext": '"' + r"\"" * 500_000 + '"'},
    "a long value that is quoted nearly": {"ce-ext": '"' + r"\"" * 500_000},
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_of_headers_is_read(name: str) -> None:
    """The server bounds the head; within it, each header is looked at once."""
    headers, body = binary(b"1", "application/json")
    flood = ({**headers, **FLOODS[name]}, body)
    assert received(flood)
    assert is_soon(lambda: received(flood))


@pytest.mark.parametrize("name", [b"\xff", b"ce-\xff", b"ce-\xc3\xa9", b"ce-", b"CE-\0"])
def test_a_name_that_is_none_is_no_bug(name: bytes) -> None:
    """Intake lets none of them in; here they are other headers, or no attributes."""
    headers = [(header.encode(), value.encode()) for header, value in headers_of_minimal()]
    entry = process(callback(b"", headers=[*headers, (name, b"x")]), SOURCE).entry
    assert bool(entry.quarantine) == name.lower().startswith(b"ce-")


def headers_of_minimal() -> list[tuple[str, str]]:
    return [(f"ce-{name}", value) for name, value in MINIMAL.items()]


def test_an_event_may_fill_what_a_body_may_have() -> None:
    """All of it is in its event."""
    text = "x" * (1 << 20)
    assert data(structured(MINIMAL | {"data": text}))["data"] == text


HEADER_NAMES = st.sampled_from(
    [
        *(b"ce-id", b"ce-type", b"ce-source", b"CE-Time", b"ce-specversion", b"ce-data", b"ce-x"),
        *(b"content-type", b"Content-Type", b"ce-", b"webhook-id", b"x"),
    ]
)
HEADER_VALUES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"1.0", b"application/json", b"%FF", b'"a\\"b"', b"a/b", b"%e2%82%ac"]),
    st.sampled_from([value.encode() for value in (*JSON.values(), *BATCH.values())]),
)
BODIES = st.one_of(
    st.binary(max_size=40),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*MINIMAL, "data", "data_base64", "X"]), inner)
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value, allow_nan=True).encode()),
)


@given(st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=8), BODIES)
def test_any_message_is_an_entry_or_a_probe(
    headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    """No other error leaves, whatever the bytes are."""
    try:
        entry = process(callback(body, headers=headers), SOURCE).entry
    except Ignored:
        assert body.strip() == b"[]"
    else:
        assert bool(entry.events) != bool(entry.quarantine)
