"""What a route wants, and under which key."""

import pytest

from gateway.publish.route import InvalidRouteError, Route, selection
from tests.publish.events import TYPE, event


@pytest.mark.parametrize(
    ("match", "wanted"),
    [
        ({}, True),
        ({"type": "com.tencentcloud.ci.job.*"}, True),
        ({"type": "com.tencentcloud.ci.workflow.*"}, False),
        ({"type": "*JOB*"}, False),
        ({"outcome": ["failure", "canceled"]}, False),
        ({"outcome": ["failure", "succ*"]}, True),
        ({"outcome": "success", "tag": "Animation"}, False),
        ({"source": "media", "subject": "j1"}, True),
        ({"data.bucket": "b-*"}, True),
        ({"bucket": "b-1", "outcome": "success"}, True),
        ({"bucket": "b-0"}, False),
        ({"data.none.deeper": "*"}, True),
        ({"data.none.deeper": "?*"}, False),
    ],
)
def test_match(match: dict[str, str | list[str]], *, wanted: bool) -> None:
    """All names must match, each by one of its globs, with case."""
    assert (selection(Route("r", "t", match))(event(1)) is not None) is wanted


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("subject", "j1"),
        ("source", "media"),
        ("tag", "Transcode"),
        ("type", TYPE),
        ("id", f"{1:032x}"),
        ("bucket", "b-1"),
        ("data.outcome", "success"),
        ("data.nothing", "j1"),
        ("region", "j1"),
        ("data.outcome.deeper", "j1"),
    ],
)
def test_key(key: str, value: str) -> None:
    """A key is an attribute or a place in the event; without a value it is the subject."""
    assert selection(Route("r", "t", key=key))(event(1)) == value


def test_place_is_not_looked_up_for_an_unwanted_event() -> None:
    """Attributes decide first."""
    route = Route("r", "t", {"outcome": "failure", "bucket": "b-1"}, key="bucket")
    assert selection(route)(event(1)) is None


@pytest.mark.parametrize(
    "arguments",
    [
        {"topic": ""},
        {"topic": ".."},
        {"topic": "a b"},
        {"topic": "x" * 250},
        {"topic": "t", "key": "nothing"},
        {"topic": "t", "key": "data."},
        {"topic": "t", "match": {"outcomes": "*"}},
        {"topic": "t", "match": {"data": "*"}},
        {"topic": "t", "match": {"outcome": []}},
        {"topic": "t", "match": {"outcome": ""}},
    ],
)
def test_invalid_routes_are_refused(arguments: dict[str, str]) -> None:
    """A topic Kafka would not have, an unknown name and an empty glob are mistakes."""
    with pytest.raises(InvalidRouteError):
        Route("r", arguments["topic"], arguments.get("match", {}), arguments.get("key", "subject"))  # type: ignore[arg-type]
