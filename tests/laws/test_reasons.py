"""The closed set of reasons is documented, and its members are distinct words."""

import re
from pathlib import Path

import pytest

from gateway.core.errors import Busy, GatewayError, Reason

REFERENCE = Path(__file__).parents[2] / "deploy/docs/reference.md"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_documented(reason: Reason) -> None:
    """An operator finds every word of an answer, a metric or a log in the reference."""
    assert f"| `{reason.value}` |" in REFERENCE.read_text("utf-8")


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_a_snake_case_word(reason: Reason) -> None:
    """As labels of metrics are."""
    assert re.fullmatch("[a-z]+(_[a-z]+)*", reason.value)
    assert reason.value == reason.name.lower()


def test_every_error_has_a_status_and_a_reason() -> None:
    """Of its class or of its own; what nobody foresaw is a bug."""
    assert (GatewayError().status, GatewayError().reason) == (500, Reason.INTERNAL)
    assert Busy(Reason.DRAINING, "the gateway is stopping").reason == Reason.DRAINING
    for kind in GatewayError.__subclasses__():
        assert 200 <= kind.status <= 599
