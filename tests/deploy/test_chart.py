"""deploy/helm: what Helm makes of the chart is valid, confined, and fits the gateway."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.settings import Address, Settings, Surroundings, parse
from tests.deploy.charts import (
    CHART,
    ROOT,
    VERSIONS,
    Values,
    operator_reads,
    rendered,
    validator,
)

CONFIG: Values = {
    "sources": {
        "media": {
            "provider": "tencent-ci",
            "verify": [{"token": {"secrets": ["file:/run/secrets/gateway/ci_token"]}}],
        }
    },
    "kafka": {"bootstrap_servers": ["kafka:9092"], "max_request_size": 20_971_520},
    "routes": [{"topic": "ci.jobs"}],
}
LEAST: Values = {"image": {"repository": "registry/gateway"}, "config": CONFIG}
PEER = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
EVERYTHING: Values = {
    "replicaCount": 3,
    "image": {"repository": "registry/gateway", "digest": f"sha256:{'0' * 64}"},
    "imagePullSecrets": [{"name": "registry"}],
    "config": CONFIG,
    "secrets": ["callbacks", "kafka"],
    "env": [{"name": "TZ", "value": "UTC"}],
    "persistence": {"size": "20Gi", "storageClassName": "fast", "whenDeleted": "Delete"},
    "service": {
        "type": "LoadBalancer",
        "externalTrafficPolicy": "Local",
        "annotations": {"key": "value"},
    },
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "host": "callbacks.example.com",
        "tlsSecretName": "tls",
        "annotations": {"key": "value"},
    },
    "networkPolicy": {
        "callbacksFrom": [PEER],
        "adminFrom": [PEER],
        "egress": [{"to": [PEER], "ports": [{"port": 9092}]}],
    },
    "monitoring": {"enabled": True, "labels": {"release": "prometheus"}},
    "podAntiAffinity": "required",
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "dedicated", "operator": "Exists"}],
    "topologySpreadConstraints": [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
        }
    ],
    "priorityClassName": "high",
    "serviceAccountName": "gateway",
    "podAnnotations": {"key": "value"},
    "podLabels": {"team": "media"},
}
BOTH = pytest.mark.parametrize("values", [LEAST, EVERYTHING], ids=["least", "everything"])


def pod(values: Values) -> dict[str, Any]:
    """The specification of the pods."""
    found: dict[str, Any] = rendered(values).one("StatefulSet")["spec"]["template"]["spec"]
    return found


def container(values: Values) -> dict[str, Any]:
    """The only one of a pod."""
    (found,) = pod(values)["containers"]
    assert isinstance(found, dict)
    return found


def settings(values: Values, folder: Path) -> Settings:
    """The configuration as a pod reads it, its secrets in `folder`."""
    (folder / "ci_token").write_text("0123456789abcdef\n")
    name = rendered(values).one("StatefulSet")["metadata"]["name"]
    text = rendered(values).objects["ConfigMap", name]["data"]["gateway.yaml"]
    text = text.replace("/run/secrets/gateway", str(folder))
    return parse(text, "gateway.yaml", Surroundings(folder=folder, providers={"tencent-ci"}))


@BOTH
def test_helm_finds_nothing_to_say_against_it(values: Values) -> None:
    told = rendered(values)
    assert (told.complaints, told.error) == ([], "")


@BOTH
@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_one_of_kubernetes(values: Values, version: str) -> None:
    """All but those of the Prometheus operator, whose schemas are not Kubernetes'."""
    wrong = [
        (*name, list(fault.instance_path), fault.message)
        for name, each in rendered(values).objects.items()
        if "coreos" not in each["apiVersion"]
        for fault in validator(version, each["kind"], each["apiVersion"]).iter_errors(each)
    ]
    assert wrong == []


def test_the_prometheus_operator_understands_its_objects() -> None:
    """All of each: a field that it does not know would be missing in what it reads."""
    every = rendered(EVERYTHING).objects.values()
    given = [each for each in every if each["apiVersion"].startswith("monitoring.coreos.com/")]
    assert {each["kind"] for each in given} == {"ServiceMonitor", "PrometheusRule"}
    assert operator_reads(given) == given


def test_the_prometheus_operator_knows_a_mistake() -> None:
    monitor = rendered(EVERYTHING).one("ServiceMonitor")
    (endpoint,) = monitor["spec"]["endpoints"]
    mistaken = monitor | {"spec": monitor["spec"] | {"endpoints": [endpoint | {"prot": "admin"}]}}
    assert operator_reads([mistaken]) != [mistaken]


def test_the_schemas_of_kubernetes_know_a_mistake() -> None:
    told = rendered(LEAST).one("StatefulSet")
    mistaken = told | {"spec": told["spec"] | {"replica": 1}}
    assert not validator(VERSIONS[0], told["kind"], told["apiVersion"]).is_valid(mistaken)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"image": {"repository": ""}},
        {"image": {"repository": "r", "digest": "latest"}},
        {"config": {"sources": {}}},
        {"config": CONFIG | {"admin": {"listen": "0.0.0.0:1"}}},
        {"config": CONFIG | {"journal": {"path": "/tmp/journal.db"}}},
        {"config": CONFIG | {"server": {"listen": "0.0.0.0:1"}}},
        {"terminationGracePeriodSeconds": 19},
        {"ingress": {"enabled": True, "host": "callbacks.example.com"}},
        {"replicas": 2},
        {"monitoring": {"enabled": True}},
    ],
    ids=lambda values: ",".join(values) or "nothing",
)
def test_values_with_a_mistake_are_refused(values: Values) -> None:
    assert rendered(LEAST | values if values else {}).error != ""


def test_the_configuration_is_the_one_that_was_given_with_the_pods_addresses(
    tmp_path: Path,
) -> None:
    told = settings(LEAST, tmp_path)
    assert told.server.listen == Address("0.0.0.0", 8080)
    assert told.admin.listen == Address("0.0.0.0", 9090)
    assert told.journal.path == Path("/gateway/var/journal.db")
    assert told.kafka is not None
    assert told.kafka.max_request_size == CONFIG["kafka"]["max_request_size"]
    ports = {each["name"]: each["containerPort"] for each in container(LEAST)["ports"]}
    assert ports == {"callbacks": 8080, "admin": 9090}
    assert "/gateway/var" in {each["mountPath"] for each in container(LEAST)["volumeMounts"]}


def test_the_pod_has_the_time_to_stop_and_the_volume_the_room_for_the_journal(
    tmp_path: Path,
) -> None:
    told = settings(LEAST, tmp_path)
    assert pod(LEAST)["terminationGracePeriodSeconds"] > told.server.drain_delay + 14
    (claim,) = rendered(LEAST).one("StatefulSet")["spec"]["volumeClaimTemplates"]
    size = claim["spec"]["resources"]["requests"]["storage"]
    assert int(size.removesuffix("Gi")) * (1 << 30) * 0.9 > told.journal.max_size


def test_the_container_has_no_rights_and_writes_to_its_volumes_only() -> None:
    confined = container(EVERYTHING)["securityContext"]
    assert confined == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    told = pod(EVERYTHING)
    assert told["securityContext"]["runAsNonRoot"] is True
    assert told["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert told["automountServiceAccountToken"] is False
    user, group = (told["securityContext"][name] for name in ("runAsUser", "runAsGroup"))
    assert f"USER {user}:{group}\n" in (ROOT / "Dockerfile").read_text()
    mounts = container(EVERYTHING)["volumeMounts"]
    assert {each["mountPath"] for each in mounts if not each.get("readOnly")} == {
        "/gateway/var",
        "/tmp",
    }


def test_each_key_of_a_secret_is_a_file_that_the_gateway_may_read() -> None:
    (volume,) = [each for each in pod(EVERYTHING)["volumes"] if each["name"] == "secrets"]
    assert volume["projected"] == {
        "defaultMode": 0o440,
        "sources": [{"secret": {"name": "callbacks"}}, {"secret": {"name": "kafka"}}],
    }
    assert "secrets" not in {each["name"] for each in pod(LEAST)["volumes"]}


def test_a_volume_outlives_its_replica_and_a_changed_configuration_replaces_it() -> None:
    told = rendered(LEAST).one("StatefulSet")["spec"]
    assert told["persistentVolumeClaimRetentionPolicy"] == {
        "whenScaled": "Retain",
        "whenDeleted": "Retain",
    }
    changed = LEAST | {"config": CONFIG | {"routes": []}}
    other = rendered(changed).one("StatefulSet")["spec"]
    assert told["template"]["metadata"] != other["template"]["metadata"]


def test_health_is_asked_on_the_admin_port() -> None:
    probes = {
        name: (each["httpGet"]["path"], each["httpGet"]["port"])
        for name, each in container(LEAST).items()
        if name.endswith("Probe")
    }
    assert probes == {
        "startupProbe": ("/healthz", "admin"),
        "livenessProbe": ("/healthz", "admin"),
        "readinessProbe": ("/readyz", "admin"),
    }


@BOTH
def test_services_policy_budget_and_monitor_select_the_pods_and_name_their_ports(
    values: Values,
) -> None:
    objects = rendered(values).objects.values()
    labels = rendered(values).one("StatefulSet")["spec"]["template"]["metadata"]["labels"]
    ports = {each["name"] for each in container(values)["ports"]}
    selectors = list(_selectors(objects))
    assert len(selectors) == 5
    assert [each for each in selectors if not each.items() <= labels.items()] == []
    services = [each for each in objects if each["kind"] == "Service"]
    assert {port["targetPort"] for each in services for port in each["spec"]["ports"]} == ports


def _selectors(objects: Iterable[dict[str, Any]]) -> Iterator[dict[str, str]]:
    for each in objects:
        spec = each.get("spec", {})
        if each["kind"] == "Service":
            yield spec["selector"]
        elif each["kind"] in {"StatefulSet", "PodDisruptionBudget"}:
            yield spec["selector"]["matchLabels"]
        elif each["kind"] == "NetworkPolicy":
            yield spec["podSelector"]["matchLabels"]


def test_the_admin_port_is_open_to_those_who_scrape_and_to_nobody_else() -> None:
    closed = rendered(LEAST).one("NetworkPolicy")["spec"]
    assert closed["ingress"] == [{"ports": [{"port": "callbacks"}]}]
    told = rendered(EVERYTHING).one("NetworkPolicy")["spec"]
    assert told["ingress"] == [
        {"ports": [{"port": "callbacks"}], "from": [PEER]},
        {"ports": [{"port": "admin"}], "from": [PEER]},
    ]
    assert told["policyTypes"] == ["Ingress", "Egress"]
    paths = rendered(EVERYTHING).one("Ingress")["spec"]["rules"][0]["http"]["paths"]
    assert [each["path"] for each in paths] == ["/callbacks"]


def test_prometheus_scrapes_each_pod_under_the_name_that_the_alerts_look_for() -> None:
    told = rendered(EVERYTHING)
    monitor = told.one("ServiceMonitor")["spec"]
    headless = told.objects["Service", "release-callback-gateway-headless"]
    assert monitor["selector"]["matchLabels"].items() <= headless["metadata"]["labels"].items()
    (endpoint,) = monitor["endpoints"]
    assert endpoint["port"] in {port["name"] for port in headless["spec"]["ports"]}
    assert {"targetLabel": "job", "replacement": "gateway"} in endpoint["relabelings"]
    rules = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text())
    assert told.one("PrometheusRule")["spec"] == rules


def test_the_notes_say_where_callbacks_come_to_and_what_is_missing() -> None:
    assert "http://release-callback-gateway.apart:80/callbacks/" in rendered(LEAST).notes
    assert "https://callbacks.example.com/callbacks/" in rendered(EVERYTHING).notes
    alone = {name: each for name, each in CONFIG.items() if name not in {"kafka", "routes"}}
    assert "published nowhere" in rendered(LEAST | {"config": alone}).notes


def test_the_example_of_the_guide_is_accepted(tmp_path: Path) -> None:
    guide = (ROOT / "deploy/README.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    values = yaml.safe_load(example)
    assert rendered(values).error == ""
    assert settings(values, tmp_path).routes[0].topic == "ci.jobs"


def test_the_chart_is_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (chart["name"], chart["appVersion"]) == (project["name"], project["version"])
