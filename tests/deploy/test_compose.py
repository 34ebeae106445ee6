"""deploy/compose.yaml: a valid file whose parts fit together."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
import yaml

from gateway.settings import Address, Settings, Surroundings, parse

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
CONFIGURATION = (DEPLOY / "compose-gateway.yaml").read_text()


def settings_in(folder: Path) -> Settings:
    """The configuration as the container reads it, its secrets in `folder`."""
    for name in COMPOSE["secrets"]:
        (folder / name).write_text("0123456789abcdef\n")
    text = CONFIGURATION.replace("/run/secrets", str(folder))
    return parse(text, "gateway.yaml", Surroundings(folder=folder, providers={"tencent-ci"}))


def test_the_file_satisfies_the_schema_of_compose() -> None:
    pytest.importorskip("check_jsonschema", reason="needs it of tests/requirements.txt")
    schema = files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"
    jsonschema_rs.validate(orjson.loads(schema.read_bytes()), COMPOSE)


def test_every_image_from_outside_has_its_version() -> None:
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    assert [
        image for image in images if not re.search(r"^[a-z0-9./-]+:v?\d+\.\d+\.\d+$", image)
    ] == []


def test_every_topic_of_the_configuration_is_made_before_the_gateway_starts(
    tmp_path: Path,
) -> None:
    settings = settings_in(tmp_path)
    assert settings.dead_letter is not None
    wanted = {route.topic for route in settings.routes} | {settings.dead_letter.topic}
    made = re.findall(r"for topic in (.*);", SERVICES["topics"]["command"][0])[0].split()
    assert set(made) == wanted
    assert SERVICES["gateway"]["depends_on"] == {
        "topics": {"condition": "service_completed_successfully"}
    }
    assert SERVICES["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}


def test_the_gateway_connects_where_kafka_says_that_it_is(tmp_path: Path) -> None:
    kafka = settings_in(tmp_path).kafka
    assert kafka is not None
    (broker,) = kafka.bootstrap_servers
    advertised = SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert advertised == f"PLAINTEXT://{broker}"


def test_operators_reach_the_admin_port_from_this_host_only(tmp_path: Path) -> None:
    assert settings_in(tmp_path).admin.listen == Address("0.0.0.0", 9090)
    assert SERVICES["gateway"]["ports"] == ["8080:8080", "127.0.0.1:9090:9090"]


def test_the_gateway_is_given_every_secret_of_its_configuration() -> None:
    """Each from a file of its own, which git does not see."""
    named = set(re.findall(r"file:/run/secrets/(\w+)", CONFIGURATION))
    assert named == set(SERVICES["gateway"]["secrets"]) == set(COMPOSE["secrets"])
    assert COMPOSE["secrets"] == {name: {"file": f"./{name}.secret"} for name in named}
    assert "*.secret" in (DEPLOY.parent / ".gitignore").read_text().split()


def test_prometheus_has_the_deployed_rules_and_scrapes_the_gateway() -> None:
    assert "./prometheus:/etc/prometheus:ro" in SERVICES["prometheus"]["volumes"]
    told = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    assert told["scrape_configs"][0]["static_configs"] == [{"targets": ["gateway:9090"]}]
    assert [(DEPLOY / "prometheus" / file).exists() for file in told["rule_files"]] == [True]


def test_grafana_is_given_the_data_source_and_the_dashboard() -> None:
    given = {each["source"]: each["target"] for each in SERVICES["grafana"]["configs"]}
    folder = "/etc/grafana/provisioning"
    assert given == {
        "datasources": f"{folder}/datasources/gateway.yaml",
        "dashboards": f"{folder}/dashboards/gateway.yaml",
    }
    content = {name: yaml.safe_load(each["content"]) for name, each in COMPOSE["configs"].items()}
    (source,) = content["datasources"]["datasources"]
    (provider,) = content["dashboards"]["providers"]
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus:9090")
    assert SERVICES["grafana"]["volumes"] == [f"./grafana:{provider['options']['path']}:ro"]


def test_only_callbacks_come_from_other_machines() -> None:
    published = {
        name: [port for port in each.get("ports", []) if not port.startswith("127.0.0.1:")]
        for name, each in SERVICES.items()
    }
    assert {name: ports for name, ports in published.items() if ports} == {"gateway": ["8080:8080"]}


def test_secrets_come_from_files_and_the_journal_outlives_the_container(tmp_path: Path) -> None:
    gateway = SERVICES["gateway"]
    assert "environment" not in gateway
    assert gateway["secrets"] == list(COMPOSE["secrets"])
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    assert "journal:/gateway/var" in gateway["volumes"]
    assert settings_in(tmp_path).journal.path == tmp_path / "var/journal.db"
