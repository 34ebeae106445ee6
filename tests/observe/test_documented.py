"""What `/metrics` and the log tell of a mixed load is what the README says, and it adds up."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.kafka import Broker
from tests.broker.waiting import until
from tests.e2e.delivery import until_published
from tests.e2e.fixtures import gateways, publishing
from tests.e2e.gateway import Gateway, Samples
from tests.observe.mixed import EVERY

pytestmark = pytest.mark.kafka

README = (Path(__file__).parents[2] / "README.md").read_text()
BUCKET_LABEL = "le"
HISTOGRAM = ("_bucket", "_count", "_sum")


def table(heading: str) -> list[list[str]]:
    """The rows of the README's table under this head, each cell as it stands."""
    rows = README.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    assert rows
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def documented() -> dict[str, set[str]]:
    """Metric → its labels."""
    return {
        name: set(re.findall(r"\w+", re.sub(r"\(.*?\)", "", labels)))
        for names, labels in table("metric | labels")
        for name in re.findall(r"`(\w+)`", names)
    }


def exported(samples: Samples) -> dict[str, set[str]]:
    """Metric → its labels; a histogram is one metric."""
    histograms = {name.removesuffix("_bucket") for name, _ in samples if name.endswith("_bucket")}
    found: dict[str, set[str]] = {}
    for name, labels in samples:
        metric = next((h for h in histograms if name in {h + end for end in HISTOGRAM}), name)
        found.setdefault(metric, set()).update(dict(labels).keys() - {BUCKET_LABEL})
    return found


def total(samples: Samples, name: str, **labels: str) -> float:
    """The sum of a metric's samples that have these labels."""
    wanted = labels.items()
    return sum(v for (n, has), v in samples.items() if n == name and wanted <= dict(has).items())


@pytest.fixture(scope="module")
def observed(
    kafka: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Gateway, Samples]]:
    """A gateway that has seen everything, and its metrics then."""
    topic = tmp_path_factory.mktemp("observed").name + str(os.getpid())
    kafka.create_topic(topic)
    with gateways(tmp_path_factory.mktemp("observed")) as make:
        gateway = make(
            {
                "server": {"body_timeout": "1s"},
                **publishing(kafka.bootstrap, topic, f"{topic}-absent"),
            }
        )
        gateway.start()
        for send, _ in EVERY.values():
            send(gateway)
        until_published(gateway, topic)
        os.kill(gateway.child("publisher"), signal.SIGKILL)
        until(lambda: gateway.metric("gateway_publisher_restarts_total", cause="SIGKILL"))
        sent = sum(count for _, count in EVERY.values())
        until(lambda: len(callbacks(gateway)) == sent)
        yield gateway, gateway.metrics()


def callbacks(gateway: Gateway) -> list[dict[str, object]]:
    """The log's lines of callbacks."""
    return [line for line in gateway.lines() if line["msg"] == "callback"]


def test_every_metric_of_the_readme_is_exported_and_no_other(
    observed: tuple[Gateway, Samples],
) -> None:
    """With exactly its labels."""
    _, samples = observed
    ours = {name: labels for name, labels in exported(samples).items() if "gateway_" in name}
    assert ours == documented()


def test_received_is_the_sum_of_the_results(observed: tuple[Gateway, Samples]) -> None:
    """Each request ends in exactly one, is timed once, and has one line in the log."""
    gateway, samples = observed
    sent = sum(count for _, count in EVERY.values())
    assert total(samples, "gateway_callbacks_total") == sent
    assert total(samples, "gateway_callback_seconds_count") == sent
    assert total(samples, "gateway_callback_seconds_bucket", le="+Inf") == sent
    assert len(callbacks(gateway)) == sent
    for line in callbacks(gateway):
        told = {key: str(line.get(key, "")) for key in ("source", "result", "reason")}
        assert total(samples, "gateway_callbacks_total", **told) > 0


def test_every_kind_of_request_is_counted_as_what_it_was(
    observed: tuple[Gateway, Samples],
) -> None:
    """By result and reason; the reasons are those of the README, or the check that refused."""
    _, samples = observed
    results = {
        "accepted": 4,
        "duplicate": 1,
        "quarantined": 8,
        "ignored": 1,
        "refused": 14,
    }
    found = {each: total(samples, "gateway_callbacks_total", result=each) for each in results}
    assert found == results
    reasons = {
        dict(labels)["reason"] for name, labels in samples if name == "gateway_callbacks_total"
    }
    told = {
        reason for row in table("reason | meaning") for reason in re.findall(r"`(\w+)`", row[0])
    }
    assert reasons - {"", "token", "buckets"} <= told
    assert reasons >= {name for name in EVERY if name in told}
    assert total(samples, "gateway_callbacks_total", source="(none)") == 4
    assert total(samples, "gateway_verified_total", source="media", check="token", secret="0") >= 13


def test_the_journal_and_the_routes_are_told(observed: tuple[Gateway, Samples]) -> None:
    """How much is kept, and how far each route is."""
    _, samples = observed
    kept = total(samples, "gateway_journal_events")
    assert kept == 4
    assert total(samples, "gateway_journal_bytes") > 4096
    assert total(samples, "gateway_journal_commit_seconds_count") >= kept
    assert total(samples, "gateway_route_published_total") == kept
    assert total(samples, "gateway_route_lag_events") == kept
    assert total(samples, "gateway_route_blocked") == 1
    assert total(samples, "gateway_route_oldest_seconds") > 0
    assert total(samples, "gateway_kafka_up") == 1
    assert total(samples, "gateway_unknown_fields_total", tag="other") > 0


def test_every_line_of_the_log_is_json_without_a_traceback(
    observed: tuple[Gateway, Samples],
) -> None:
    """Nothing that strangers send is a bug."""
    gateway, _ = observed
    assert [line for line in gateway.lines() if "exception" in line] == []
    assert [line for line in gateway.lines() if not {"time", "level", "msg"} <= line.keys()] == []
