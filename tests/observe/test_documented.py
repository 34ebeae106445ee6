"""What `/metrics` and the log tell of a mixed load is what the reference says, and it adds up."""

import re
import time
from pathlib import Path

import pytest

from tests.e2e.gateway import Samples
from tests.observe.mixed import EVERY
from tests.observe.observed import Observed, callbacks, total

pytestmark = pytest.mark.kafka

REFERENCE = (Path(__file__).parents[2] / "deploy/docs/reference.md").read_text()
BUCKET_LABEL = "le"
HISTOGRAM = ("_bucket", "_count", "_sum")


def table(heading: str) -> list[list[str]]:
    """The rows of the reference's table under this head, each cell as it stands."""
    rows = REFERENCE.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    assert rows
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def documented() -> dict[str, set[str]]:
    """Metric → its labels."""
    return {
        name: set(re.findall(r"\w+", re.sub(r"\(.*?\)", "", labels)))
        for names, labels, *_ in table("metric | labels | kind | meaning")
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


def test_every_metric_of_the_reference_is_exported_and_no_other(
    observed: Observed,
) -> None:
    """With exactly its labels."""
    _, samples = observed
    assert exported(samples) == documented()


def test_received_is_the_sum_of_the_results(observed: Observed) -> None:
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
    observed: Observed,
) -> None:
    """By result and reason; the reasons are those of the reference, or the check that refused."""
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
        reason
        for row in table("reason | answer | meaning")
        for reason in re.findall(r"`(\w+)`", row[0])
    }
    assert reasons - {"", "token", "buckets"} <= told
    assert reasons >= {name for name in EVERY if name in told}
    assert total(samples, "gateway_callbacks_total", source="(none)") == 4
    assert total(samples, "gateway_verified_total", source="media", check="token", secret="0") >= 13


def test_the_journal_and_the_routes_are_told(observed: Observed) -> None:
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
    assert total(samples, "gateway_journal_up") == 1
    assert 0 < total(samples, "gateway_journal_fill_ratio") < 0.01
    assert total(samples, "gateway_quarantine_callbacks") == 8


def test_the_outcome_of_every_kept_event_is_counted_once(observed: Observed) -> None:
    """A duplicate is none, and what is in quarantine has none; strange Tags are one."""
    _, samples = observed
    job = {"source": "media", "provider": "tencent-ci"}
    assert total(samples, "job_outcomes_total") == 4
    assert total(samples, "job_outcomes_total", tag="other", outcome="success", **job) == 2
    assert total(samples, "job_outcomes_total", tag="Transcode", **job) == 2
    assert total(samples, "job_run_seconds_sum", tag="Transcode", **job) == 23
    assert total(samples, "job_run_seconds_bucket", le="20.0", **job) == 0
    assert total(samples, "job_run_seconds_bucket", le="30.0", **job) == 1
    assert total(samples, "job_queue_seconds_sum", tag="Transcode", **job) == 3
    assert total(samples, "job_queue_seconds_count") == 1


def test_a_source_that_was_heard_of_is_not_silent(observed: Observed) -> None:
    """Within `expect_every`."""
    _, samples = observed
    last = total(samples, "gateway_source_last_callback_timestamp_seconds", source="media")
    assert time.time() - 600 < last <= time.time()
    assert samples["gateway_source_silent", (("source", "media"),)] == 0


def test_the_memory_of_every_process_is_told(observed: Observed) -> None:
    """In bytes."""
    _, samples = observed
    for process in ("supervisor", "receiver-0", "publisher"):
        resident = total(samples, "gateway_process_resident_bytes", process=process)
        assert 1 << 20 < resident < 1 << 30


def test_every_line_of_the_log_is_json_without_a_traceback(
    observed: Observed,
) -> None:
    """Nothing that strangers send is a bug."""
    gateway, _ = observed
    assert [line for line in gateway.lines() if "exception" in line] == []
    assert [line for line in gateway.lines() if not {"time", "level", "msg"} <= line.keys()] == []
