"""`gateway doctor` beside a cluster of several brokers."""

import json

import pytest

from tests.broker import topics
from tests.broker.cluster import Cluster
from tests.broker.waiting import until
from tests.commands.conftest import Run
from tests.e2e.fixtures import NewGateway, publishing


@pytest.mark.kafka
def test_a_cluster_tells_of_replicas_and_sizes(
    run: Run, new_gateway: NewGateway, cluster: Cluster, topic_name: str
) -> None:
    """Also of the dead letters; a topic that lacks replicas in sync takes nothing."""
    small, whole = f"{topic_name}-small", f"{topic_name}-whole"
    cluster.create_topic(small, configuration={"max.message.bytes": "2000"})
    cluster.create_topic(whole, configuration={"min.insync.replicas": "2"})
    cluster.create_topic(f"{topic_name}-lone", replicas=1)
    sections = publishing("", small, whole, bootstrap_servers=[*cluster.servers])
    gateway = new_gateway({**sections, "dead_letter": {"topic": f"{topic_name}-lone"}})
    gateway.write()

    def told() -> dict[str, tuple[str, str, str]]:
        printed = run("doctor", "-c", gateway.configuration, "--json").stdout
        found = list(map(json.loads, printed.splitlines()))
        return {line["what"]: (line["state"], line["found"], line["advice"]) for line in found}

    found = told()
    assert found[f"topic {small}"][:2] == ("warn", "2 replica(s), 2 in sync, min.insync.replicas 1")
    assert "min.insync.replicas=2" in found[f"topic {small}"][2]
    assert found[f"topic {small}: max.message.bytes"][0] == "warn"
    assert found[f"topic {whole}"][0] == "warn"
    assert "no broker may stop" in found[f"topic {whole}"][2]
    assert found[f"topic {whole}: max.message.bytes"][0] == "ok"
    assert found[f"topic {topic_name}-lone"][:2] == (
        "warn",
        "1 replica(s), 1 in sync, min.insync.replicas 1",
    )
    cluster.nodes[2].kill()
    until(lambda: len(topics.partitions(cluster.nodes[1].bootstrap, whole)[0].in_sync) == 1)
    assert told()[f"topic {whole}"][0] == "fail"
