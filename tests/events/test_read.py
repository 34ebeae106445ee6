"""Events as JSON: what is missing, unknown, of another type, or no event at all."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.model import Document, Value
from gateway.events import (
    Batch,
    BatchData,
    BatchInput,
    CloudEvent,
    InvalidEventError,
    Job,
    JobData,
    ModerationData,
    Outcome,
    ReceivedData,
    Repository,
    Verdict,
    WorkflowData,
    read_json,
)
from tests.events.examples import EVENTS, event

SMALLEST = {"specversion": "1.0", "id": "1", "source": "/callbacks/media", "type": "t"}
JOB_SCHEMA = "urn:callback-gateway:tencent-ci:job.transcode:v1"
GITHUB = "https://github.com/octo-org/octo-repo"
JOB = {"provider": "tencent-ci", "outcome": "failure", "job": {"id": "j1"}}


def read(document: object) -> CloudEvent:
    """The event that a JSON document is."""
    return read_json(json.dumps(document))


def read_job(data: Document) -> JobData:
    """The data of a job event."""
    found = read(SMALLEST | {"dataschema": JOB_SCHEMA, "data": data}).data
    assert isinstance(found, JobData)
    return found


def changed(document: Document, path: str, value: Value) -> Document:
    """The document with one value replaced."""
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    node: Value = document
    for step in steps:
        node = node[step]
    node[last] = value
    return document


def test_a_job_is_typed() -> None:
    """Times are datetimes with their offset, outcomes are members, lists are tuples."""
    found = read(event("taskfinish-animation-workflow-xml")).data
    assert isinstance(found, JobData)
    assert found.outcome is Outcome.SUCCESS
    assert found.job.finished_at == datetime(2022, 6, 30, 7, 29, 48, tzinfo=UTC)
    assert found.job.run_seconds == 5.0
    assert found.input is not None
    assert found.input.headers[0].value == "video/mp4"
    assert [output.key for output in found.outputs] == ["output/animation.gif"]
    assert found.workflow is not None
    assert found.workflow.node == "Animation_1581665960537"
    assert found.detail["MediaInfo"]["Format"]["Duration"] == 0.87


def test_a_workflow_run_has_its_tasks() -> None:
    found = read(event("workflowfinish-json")).data
    assert isinstance(found, WorkflowData)
    assert [task.outcome for task in found.tasks[:1]] == [Outcome.SUCCESS]


def test_jobs_of_all_providers_are_of_one_type() -> None:
    """Some tell of a repository, a commit and an attempt, none of a bucket."""
    found = read(event("github/workflow-job-completed")).data
    assert isinstance(found, JobData)
    assert (found.provider, found.outcome, found.job.tag) == (
        "github",
        Outcome.SUCCESS,
        "workflow_job",
    )
    assert (found.job.name, found.job.attempt, found.job.run_seconds) == ("test (3.12)", 1, 150.0)
    assert found.repository == Repository("1296269", "octo-org/octo-repo", GITHUB)
    assert found.workflow is not None
    assert (found.workflow.run_id, found.ref, found.bucket) == ("940463255", "main", None)
    for name in ("gitlab/pipeline-success", "jenkins/completed-pipeline"):
        other = read(event(name)).data
        assert isinstance(other, JobData)
        assert other.outcome is Outcome.SUCCESS


def test_an_event_that_no_schema_types_has_its_payload() -> None:
    found = read(event("github/push")).data
    assert isinstance(found, ReceivedData)
    assert found.event_name == "push"
    assert found.detail["commits"][0]["added"] == [".github/linter.yaml"]


def test_a_batch_is_typed() -> None:
    """What it selects is its input; what it starts is the vendor's own part."""
    found = read(event("query-batch-job-xml")).data
    assert isinstance(found, BatchData)
    assert found.outcome is Outcome.RUNNING
    assert found.batch == Batch(
        id="be8f65004eb8511eaaed4f377124a303c",
        type="Job",
        name="demo",
        tag="Transcode",
        state="Running",
        code="Success",
        queue_id="p893bcda225bf4945a378da6662e81a89",
        user_data="this is my inventorytriggerjob",
        created_at=datetime(2022, 6, 27, 7, 23, 10, tzinfo=UTC),
        started_at=datetime(2022, 6, 27, 7, 23, 11, tzinfo=UTC),
        finished_at=datetime(2022, 6, 27, 7, 25, 10, tzinfo=UTC),
    )
    assert found.input == BatchInput(prefix="input")
    assert found.detail["JobParam"] == {"TemplateId": "t1460606b9752148c4ab182f55163ba7cd"}


def test_what_is_missing_or_null_is_none_or_empty() -> None:
    """An event need not have more than CloudEvents asks for."""
    found = read(SMALLEST)
    assert found == CloudEvent("1", "/callbacks/media", "t", "1.0")
    assert read(SMALLEST | {"subject": None, "data": None}) == found
    assert read_job(JOB) == JobData("tencent-ci", Outcome.FAILURE, Job("j1"))


def test_a_verdict_that_is_not_known_is_never_pass() -> None:
    """A moderation has a verdict, and so has each thing found."""
    document = event("moderation-detail-video")
    found = read(document).data
    assert isinstance(found, ModerationData)
    assert found.moderation.verdict is Verdict.BLOCK
    assert found.moderation.segments[0].scenes[0].keywords == ("加微信",)
    found = read(changed(document, "data.moderation.verdict", "allow")).data
    assert isinstance(found, ModerationData)
    assert found.moderation.verdict is Verdict.UNKNOWN


def test_an_unknown_callback_is_kept_whole() -> None:
    schema = "urn:callback-gateway:other-vendor:event:v1"
    data = {"provider": "other-vendor", "extra": {"a.b[0]": "1"}}
    found = read(SMALLEST | {"dataschema": schema, "data": data}).data
    assert found == ReceivedData("other-vendor", extra={"a.b[0]": "1"})


def test_what_a_newer_gateway_adds_does_no_harm_and_is_in_raw() -> None:
    """Attributes, fields at every level, and a new word for an outcome."""
    document = event("taskfinish-animation-workflow-xml")
    expected = read(document)
    document |= {"traceparent": "00-1", "specversion": "1.1"}
    for place in ("data", "data.job", "data.input", "data.outputs.0", "data.input.headers.0"):
        changed(document, f"{place}.new", {"a": [1]})
    changed(document, "data.outcome", "postponed")
    found = read(document)
    assert isinstance(found.data, JobData)
    assert isinstance(expected.data, JobData)
    assert found.data.job == expected.data.job
    assert found.data.outputs == expected.data.outputs
    assert found.data.outcome is Outcome.UNKNOWN
    assert found.raw["traceparent"] == "00-1"
    assert found.data.job.raw["new"] == found.data.outputs[0].raw["new"] == {"a": [1]}
    assert found.data.raw["outcome"] == "postponed"


@pytest.mark.parametrize(
    "schema",
    [
        None,
        "https://example.com/schema",
        "urn:callback-gateway:tencent-ci:job.transcode:v2",
        "urn:callback-gateway:tencent-ci:queue:v1",
        "urn:callback-gateway:tencent-ci:job:v1x",
    ],
)
def test_data_of_an_unknown_schema_stays_json(schema: str | None) -> None:
    """Another version may mean another thing by the same name: it is not guessed at."""
    assert read(SMALLEST | {"dataschema": schema, "data": {"job": 1}}).data == {"job": 1}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("id", None, "id is missing"),
        ("id", "", "id is missing"),
        ("source", 1, "source is not a string"),
        ("specversion", "0.3", "specversion is not 1.0"),
        ("time", "yesterday", "time is not a time"),
        ("time", "2022-06-30T15:29:42", "time has no offset from UTC"),
        ("data", [], "data is not an object"),
        ("data", None, "data.provider is missing"),
        ("data.outcome", None, "data.outcome is missing"),
        ("data.job", None, "data.job is missing"),
        ("data.job.id", "", "data.job.id is missing"),
        ("data.job.progress", True, "data.job.progress is not an integer"),
        ("data.job.progress", "100", "data.job.progress is not an integer"),
        ("data.job.run_seconds", "5", "data.job.run_seconds is not a number"),
        ("data.input", "a", "data.input is not an object"),
        ("data.input.headers.0", "a", "data.input.headers[0] is not an object"),
        ("data.outputs", {}, "data.outputs is not an array"),
        ("data.outputs.0.key", 1, "data.outputs[0].key is not a string"),
        ("data.detail", [], "data.detail is not an object"),
    ],
)
def test_an_error_tells_the_place_and_not_the_content(
    path: str, value: Value, message: str
) -> None:
    document = changed(event("taskfinish-animation-workflow-xml"), path, value)
    with pytest.raises(InvalidEventError) as caught:
        read(document)
    assert str(caught.value) == message


def test_a_whole_number_is_a_number() -> None:
    """JSON has one kind; `5` for `run_seconds` is 5.0."""
    found = read_job(JOB | {"job": {"id": "j1", "run_seconds": 5}})
    assert isinstance(found.job.run_seconds, float)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"a"', "{}", "\ud800", "[" * 5000])
def test_what_is_no_event_is_an_error_of_ours(text: str) -> None:
    with pytest.raises(InvalidEventError):
        read_json(text)


@settings(deadline=None)
@given(st.binary())
def test_no_bytes_cause_another_error(text: bytes) -> None:
    with pytest.raises(InvalidEventError):
        read_json(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.sampled_from([*EVENTS.values()]), st.data())
def test_no_wrong_value_causes_another_error(document: Document, data: st.DataObject) -> None:
    """Anything at all in the place of anything in an event."""
    document = json.loads(json.dumps(document))
    node: Value = document
    while isinstance(node, dict | list) and node:
        place = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else [0]))
        parent, node = node, node[place]
        if data.draw(st.booleans()):
            break
    parent[place] = data.draw(JSON)
    with suppress(InvalidEventError):
        read(document)
