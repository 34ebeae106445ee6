"""Every PromQL expression that is deployed, and what it asks of the metrics."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus/rules.yml"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana/gateway.json").read_text())
INTERVAL = "$__rate_interval"
"""What Grafana puts a duration for."""
GROUPING = {"job", "instance"}
"""Labels that Prometheus gives to whatever it scrapes."""


class Selector(NamedTuple):
    """One metric that an expression reads: its name, and each label with what it must match."""

    metric: str
    matchers: tuple[tuple[str, str], ...]
    """Label and value."""


def rules() -> list[dict[str, Any]]:
    """Every alert."""
    return [
        rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
    ]


def panels() -> list[dict[str, Any]]:
    """Every panel of the dashboard that shows something."""
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Where each stands, and the expression, as Prometheus gets it."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield f"{panel['title']} {target['refId']}", target["expr"].replace(INTERVAL, "5m")


def asked(expression: str) -> tuple[list[Selector], set[str]]:
    """What it selects, and the labels that it groups by."""
    promql = pytest.importorskip("promql_parser", reason="needs it of tests/requirements.txt")
    selectors: list[Selector] = []
    labels: set[str] = set()

    def visit(node: object) -> None:
        if isinstance(node, promql.VectorSelector):
            found = ((m.name, m.value) for m in node.matchers.matchers)
            selectors.append(Selector(node.name, tuple(found)))
        elif isinstance(node, promql.AggregateExpr) and node.modifier is not None:
            labels.update(node.modifier.labels)

    promql.walk(promql.parse(expression), visit)
    return selectors, labels
