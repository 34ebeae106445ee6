"""What alerts and the dashboard ask for is what a running gateway tells, under the same names."""

import re

import pytest

from gateway.core.model import Outcome
from gateway.intake.answer import Result
from tests.deploy.promtool import promtool
from tests.deploy.queries import GROUPING, Selector, asked, expressions
from tests.e2e.gateway import Samples
from tests.observe.observed import Observed

pytestmark = pytest.mark.kafka

ELSEWHERE = {"up": {"job", "instance"}}
"""Metrics that Prometheus makes itself."""
CLOSED = {"result": {*Result}, "outcome": {*Outcome}}
WORDS = re.compile(r"[a-z_]+(\|[a-z_]+)*")


def exported(samples: Samples) -> dict[str, set[str]]:
    """Sample name → its labels, with those that Prometheus adds."""
    found: dict[str, set[str]] = {name: set(labels) for name, labels in ELSEWHERE.items()}
    for name, labels in samples:
        found.setdefault(name, set(GROUPING)).update(dict(labels))
    return found


def wrong(selector: Selector, known: dict[str, set[str]]) -> list[str]:
    """What there is not of all that it asks for."""
    if selector.metric not in known:
        return [selector.metric]
    absent = [label for label, _ in selector.matchers if label not in known[selector.metric]]
    for label, value in selector.matchers:
        if label in CLOSED and WORDS.fullmatch(value):
            absent += set(value.split("|")) - CLOSED[label]
    return absent


def test_every_query_asks_for_metrics_and_labels_that_there_are(observed: Observed) -> None:
    known = exported(observed[1])
    faults = {}
    for place, expression in expressions():
        selectors, groups = asked(expression)
        labels = set[str]().union(*(known.get(each.metric, set()) for each in selectors))
        found = [fault for each in selectors for fault in wrong(each, known)] + [*groups - labels]
        if found or not selectors:
            faults[place] = found
    assert faults == {}


def test_every_metric_is_watched(observed: Observed) -> None:
    """By an alert or on the dashboard; one bucket, sum or count stands for its histogram."""
    watched = {each.metric for _, expression in expressions() for each in asked(expression)[0]}
    histograms = {name.removesuffix("_bucket") for name in watched if name.endswith("_bucket")}
    parts = {name + end for name in histograms for end in ("_bucket", "_sum", "_count")}
    assert {name for name, _ in observed[1]} - watched - parts == set()


def test_promtool_has_nothing_to_say_of_the_metrics(observed: Observed) -> None:
    """Names, units, types and help are as Prometheus wants them."""
    text = observed[0].ask("/metrics").body.decode()
    assert promtool("check", "metrics", given=text) == ""
