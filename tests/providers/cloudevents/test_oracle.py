"""The official SDK writes, the gateway reads: the same event, in both modes.

What the specification says of each mode is tested without it beside this file; here nobody's
reading of it is trusted but the SDK's.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings import http
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.model import Document, Value
from tests.providers.cloudevents.messages import data

TEXTS = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cc", "Cn", "Cs"],
        exclude_characters="\ufdd0\ufffe\uffff",
    ),
    min_size=1,
    max_size=20,
)
NAMES = st.from_regex("[a-z][a-z0-9]{0,15}", fullmatch=True).filter(
    lambda name: name not in {"data", "time", "dataschema", "datacontenttype", "specversion"}
)
ATTRIBUTES = st.builds(
    lambda extensions, core: extensions | core,
    st.dictionaries(NAMES, TEXTS, max_size=4),
    st.fixed_dictionaries(
        {
            "type": TEXTS,
            "source": st.sampled_from(["/a", "https://x.org/a?b=%20#c", "urn:a:b", "#a"]),
            "id": TEXTS,
            "time": st.datetimes(
                datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
                timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
            ),
        },
        optional={"subject": TEXTS, "dataschema": st.just("https://x.org/schema")},
    ),
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(-1e9, 1e9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)
DATA = st.one_of(
    st.tuples(st.just("application/json"), st.dictionaries(TEXTS, JSON_VALUES, max_size=4)),
    st.tuples(st.just("text/plain"), TEXTS),
    st.tuples(st.just("application/octet-stream"), st.binary(min_size=1, max_size=30)),
)
MODES = pytest.mark.parametrize("write", [http.to_binary_event, http.to_structured_event])


def texts(event: BaseCloudEvent) -> Document:
    """The SDK's attributes as their canonical strings."""
    return {
        name: value.isoformat().replace("+00:00", "Z") if name == "time" else value
        for name, value in event.get_attributes().items()
    }


@MODES
@given(ATTRIBUTES, DATA)
def test_what_the_sdk_writes_is_read_as_it_was(
    write: Callable[[BaseCloudEvent], http.HTTPMessage],
    attributes: Document,
    sent: tuple[str, Value],
) -> None:
    """Every attribute, and the data as what its content type says."""
    content_type, value = sent
    event = CloudEvent({**attributes, "datacontenttype": content_type}, value)
    message = write(event)
    found = data((message.headers, message.body))
    assert found["event"] == texts(event)
    assert SAME[content_type](found, value)


def _is_bytes(found: Document, value: bytes) -> bool:
    sdk = http.from_structured_event(
        http.HTTPMessage({}, b'{"specversion":"1.0","type":"t","source":"s","data_base64":"%s"}'
                         % found["data_base64"].encode())
    )  # fmt: skip
    return bool(sdk.get_data() == value)


SAME: dict[str, Callable[[Document, Value], bool]] = {
    "application/json": lambda found, value: found["data"] == value,
    "text/plain": lambda found, value: found["data"] == value,
    "application/octet-stream": _is_bytes,
}
