"""What GitLab's payloads tell of pipelines and jobs."""

import pytest

from gateway.core.model import Document, Outcome, Value
from gateway.providers.gitlab import PERSONAL
from tests.providers.received import entry_of, events_of, redacting
from tests.sources import RECEIVED_AT, as_json, source_of

GITLAB = source_of("gitlab")
CREATED, STARTED, ENDED = (f"2024-06-11 03:02:{second} UTC" for second in ("25", "30", "45"))


def event(document: Document) -> Document:
    """The CloudEvent of a payload."""
    (found,) = events_of(GITLAB, as_json(document), {})
    return found


def job(**fields: Value) -> Document:
    """The event of a job, `build_` before each of its fields."""
    named = {f"build_{name}": value for name, value in ({"id": 7} | fields).items()}
    return event({"object_kind": "build", "project_id": 5} | named)


def pipeline(**fields: Value) -> Document:
    """The event of a pipeline."""
    return event({"object_kind": "pipeline", "object_attributes": {"id": 7} | fields})


OUTCOMES = {
    "success": Outcome.SUCCESS,
    "failed": Outcome.FAILURE,
    "canceled": Outcome.CANCELED,
    "skipped": Outcome.CANCELED,
    "manual": Outcome.PAUSED,
    "created": Outcome.RUNNING,
    "waiting_for_resource": Outcome.RUNNING,
    "preparing": Outcome.RUNNING,
    "waiting_for_callback": Outcome.RUNNING,
    "pending": Outcome.RUNNING,
    "running": Outcome.RUNNING,
    "canceling": Outcome.RUNNING,
    "scheduled": Outcome.RUNNING,
    "passed": Outcome.UNKNOWN,
    "Success": Outcome.UNKNOWN,
}


@pytest.mark.parametrize("status", OUTCOMES)
def test_an_outcome_is_that_of_the_status(status: str) -> None:
    """Of pipelines and jobs alike; the status itself stays in `state` and ends the type."""
    for found, noun in ((job(status=status), "job"), (pipeline(status=status), "pipeline")):
        assert found["data"]["outcome"] == OUTCOMES[status]
        assert found["data"]["job"]["state"] == status
        is_word = status.islower()
        assert found["type"] == f"com.gitlab.{noun}" + (f".{status}" if is_word else "")


def test_a_missing_status_is_unknown() -> None:
    found = pipeline()
    assert (found["data"]["outcome"], found["type"]) == ("unknown", "com.gitlab.pipeline")


def test_a_job_that_may_fail_has_failed() -> None:
    found = job(status="failed", allow_failure=True, failure_reason="script_failure")
    assert (found["data"]["outcome"], found["data"]["job"]["code"]) == ("failure", "script_failure")


@pytest.mark.parametrize("status", ["success", "running", "canceled"])
def test_only_a_failed_job_has_a_reason(status: str) -> None:
    """GitLab gives every job one."""
    found = job(status=status, failure_reason="unknown_failure")
    assert "code" not in found["data"]["job"]
    assert found["data"]["detail"]["build_failure_reason"] == "unknown_failure"


@pytest.mark.parametrize(
    ("retries", "attempt"), [(0, 1), (2, 3), (-1, None), ("2", None), (None, None)]
)
def test_an_attempt_is_counted_from_one(retries: Value, attempt: int | None) -> None:
    found = event({"object_kind": "build", "build_id": 7, "retries_count": retries})
    assert found["data"]["job"].get("attempt") == attempt


def test_a_subject_is_the_place_in_the_rest_api() -> None:
    """Below the project's path, or its id where old versions give no path, or neither."""
    project = {"project": {"id": 5, "path_with_namespace": "group/sub/project"}}
    build = {"object_kind": "build", "build_id": 7}
    run = {"object_kind": "pipeline", "object_attributes": {"id": 8}}
    assert event(build | project)["subject"] == "group/sub/project/jobs/7"
    assert event(run | project)["subject"] == "group/sub/project/pipelines/8"
    assert job()["subject"] == "5/jobs/7"
    assert pipeline()["subject"] == "pipelines/7"


def test_a_job_has_a_page_below_that_of_its_project() -> None:
    for fields in (
        {"project": {"web_url": "https://a/b"}},
        {"repository": {"homepage": "https://a/b"}},
    ):
        found = event({"object_kind": "build", "build_id": 7} | fields)
        assert found["data"]["job"]["url"] == "https://a/b/-/jobs/7"
    assert "url" not in job()["data"]["job"]


def test_the_vendors_own_durations_count() -> None:
    """They are finer than its times, and leave out what nobody waited for."""
    times = {"created_at": CREATED, "started_at": STARTED, "finished_at": ENDED}
    found = job(status="success", **times, queued_duration=1.25, duration=14.5)["data"]["job"]
    assert (found["queue_seconds"], found["run_seconds"]) == (1.25, 14.5)
    found = job(status="success", **times)["data"]["job"]
    assert (found["queue_seconds"], found["run_seconds"]) == (5.0, 15.0)


def test_what_goes_on_has_no_duration_yet() -> None:
    """GitLab tells how long it has been so far."""
    fields = {"created_at": CREATED, "queued_duration": 1.25, "duration": 0.5}
    found = job(status="pending", **fields)["data"]["job"]
    assert not {"queue_seconds", "run_seconds"} & found.keys()
    found = job(status="running", started_at=STARTED, **fields)["data"]["job"]
    assert found["queue_seconds"] == 1.25
    assert "run_seconds" not in found


@pytest.mark.parametrize(
    ("status", "time"),
    [
        ("created", "2024-06-11T03:02:25Z"),
        ("running", "2024-06-11T03:02:30Z"),
        ("pending", RECEIVED_AT),
        ("failed", "2024-06-11T03:02:45Z"),
    ],
)
def test_the_time_is_when_the_status_came_about(status: str, time: str) -> None:
    """As far as the payload tells; a job may be pending long after it was created."""
    times = {"created_at": CREATED}
    times |= {"started_at": STARTED} if status in ("running", "failed") else {}
    times |= {"finished_at": ENDED} if status == "failed" else {}
    assert job(status=status, **times)["time"] == time


@pytest.mark.parametrize(
    ("document", "event_name"),
    [
        ({"object_kind": "deployment", "status": "success"}, "deployment"),
        ({"object_kind": {"a": 1}, "event_name": "x"}, None),
        ({"event_name": "project_create"}, "project_create"),
        ({"a": 1}, None),
        ([1, 2], None),
        ({}, None),
    ],
    ids=repr,
)
def test_any_other_document_is_kept_whole(document: Value, event_name: str | None) -> None:
    """Other hooks, system hooks, templates that someone wrote."""
    (found,) = events_of(GITLAB, as_json(document), {"X-Gitlab-Event": "Job Hook"})
    assert found["type"] == "com.gitlab.event.received"
    assert found["data"].get("event_name") == event_name
    kept = {"body": document} if isinstance(document, list) else document
    assert found["data"].get("detail", {}) == kept


def test_personal_data_is_what_says_who_a_person_is() -> None:
    payload = {
        "object_kind": "build",
        "build_id": 7,
        "user": {"name": "ann", "email": "ann@example.com"},
        "commit": {"author_name": "ann", "author_email": "ann@example.com", "sha": "a1"},
    }
    made = entry_of(redacting("gitlab", *PERSONAL), as_json(payload), {})
    assert b"ann" not in made.body + made.events[0].json
    assert b"a1" in made.events[0].json


def test_nothing_is_a_probe() -> None:
    """A test that is sent by hand is a real payload."""
    assert GITLAB.is_probe({"object_kind": "pipeline"}) is False
