"""deploy/prometheus and deploy/grafana: what they have is whole, and says what to do."""

import re
from itertools import combinations
from typing import Any

import click
import pytest
import yaml

from gateway.cli import main
from tests.deploy.promtool import promtool
from tests.deploy.queries import DASHBOARD, DEPLOY, RULES, asked, expressions, panels, rules

TESTS = DEPLOY / "prometheus/rules.test.yml"
COMMAND = re.compile(r"`gateway ([^`]*)`")


def test_promtool_finds_no_mistake_in_the_rules_and_what_is_scraped() -> None:
    assert "SUCCESS" in promtool("check", "config", DEPLOY / "prometheus/prometheus.yml")
    assert f"{len(rules())} rules found" in promtool("check", "rules", RULES)


def test_every_alert_fires_when_it_should_and_only_then() -> None:
    """By the rules' own tests."""
    assert "SUCCESS" in promtool("test", "rules", TESTS)


def test_every_alert_has_a_test_in_which_it_fires() -> None:
    fired = set(re.findall(r'exp_samples:.*alertname="(\w+)"', TESTS.read_text()))
    fired |= set(re.findall(r'- \{labels: \'\{alertname="(\w+)"', TESTS.read_text()))
    assert {rule["alert"] for rule in rules()} - fired == set()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_every_alert_says_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    """In words of its own, for people; how grave it is, for routing."""
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert set(rule["annotations"]) == {"summary", "description"}
    assert "{{ $labels." in rule["annotations"]["summary"]
    assert len(rule["annotations"]["description"]) > 80


def test_every_command_that_an_alert_names_is_there() -> None:
    """Spelt as it is typed."""
    texts = [text for rule in rules() for text in rule["annotations"].values()]
    named = {command for text in texts for command in COMMAND.findall(text)}
    assert len(named) > 3
    for command in named:
        found: click.Command = main
        for word in command.split():
            if isinstance(found, click.Group):
                assert word in found.commands, command
                found = found.commands[word]
            else:
                assert word in {name for each in found.params for name in each.opts}, command


def test_the_job_that_is_scraped_is_the_one_that_the_rules_look_for() -> None:
    (scraped,) = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())[
        "scrape_configs"
    ]
    assert f'up{{job="{scraped["job_name"]}"}}' in RULES.read_text()


def test_every_query_is_promql() -> None:
    every = list(expressions())
    assert len(every) > 50
    for _, expression in every:
        assert asked(expression)[0]


def test_the_panels_of_the_dashboard_stand_beside_each_other() -> None:
    """Each has an id of its own, says what it shows, and lies on no other."""
    every = DASHBOARD["panels"]
    assert len({panel["id"] for panel in every}) == len(every)
    places = [panel["gridPos"] for panel in every]
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)


def test_every_query_of_the_dashboard_is_of_the_chosen_data_source_and_variables() -> None:
    """So that it can be imported anywhere; every variable is used."""
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    assert [panel["title"] for panel in panels() if panel["datasource"] != chosen] == []
    queries = [target for panel in panels() for target in panel["targets"]]
    assert [query for query in queries if query["datasource"] != chosen] == []
    used = {name for query in queries for name in re.findall(r"\$(\w+)", query["expr"])}
    defined = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    assert used - {"__rate_interval"} == defined - {"datasource"}
