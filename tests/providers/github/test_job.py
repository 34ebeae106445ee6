"""What GitHub's payloads tell of a job: outcome, type, subject, times."""

import pytest

from gateway.core.model import Document, Outcome, Value
from tests.providers.received import events_of
from tests.sources import RECEIVED_AT, as_json, source_of

GITHUB = source_of("github")
REPOSITORY = {"id": 5, "full_name": "octo-org/octo-repo"}
CREATED, STARTED, ENDED = (f"2024-05-14T09:20:{second}Z" for second in ("10", "12", "19"))


def event(name: str, payload: Document) -> Document:
    """The CloudEvent of a payload."""
    (found,) = events_of(GITHUB, as_json(payload), {"X-GitHub-Event": name})
    return found


def job(**fields: Value) -> Document:
    """The event of a workflow's job."""
    return event("workflow_job", {"action": "odd", "workflow_job": {"id": 7} | fields})


OUTCOMES = {
    "success": Outcome.SUCCESS,
    "neutral": Outcome.SUCCESS,
    "failure": Outcome.FAILURE,
    "timed_out": Outcome.FAILURE,
    "startup_failure": Outcome.FAILURE,
    "error": Outcome.FAILURE,
    "cancelled": Outcome.CANCELED,
    "skipped": Outcome.CANCELED,
    "action_required": Outcome.PAUSED,
    "waiting": Outcome.PAUSED,
    "requested": Outcome.RUNNING,
    "queued": Outcome.RUNNING,
    "pending": Outcome.RUNNING,
    "in_progress": Outcome.RUNNING,
    "stale": Outcome.UNKNOWN,
    "inactive": Outcome.UNKNOWN,
    "SUCCESS": Outcome.SUCCESS,
    "succeeded": Outcome.UNKNOWN,
}


@pytest.mark.parametrize("word", OUTCOMES)
def test_an_outcome_is_that_of_the_conclusion(word: str) -> None:
    """Of the state where there is no conclusion; the word itself stays in `state`."""
    for found in (
        job(status="completed", conclusion=word),
        job(status=word, conclusion=None),
        event("status", {"sha": "a1", "context": "ci", "state": word}),
        event("deployment_status", {"deployment": {"id": 1}, "deployment_status": {"state": word}}),
    ):
        assert found["data"]["outcome"] == OUTCOMES[word]
        assert found["data"]["job"]["state"] == word


@pytest.mark.parametrize("fields", [{}, {"status": "completed"}, {"conclusion": {"a": "success"}}])
def test_a_missing_or_strange_conclusion_is_no_success(fields: Document) -> None:
    assert job(**fields)["data"]["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("completed", "com.github.workflow_job.completed"),
        ("in_progress", "com.github.workflow_job.in_progress"),
        ("Completed", "com.github.workflow_job"),
        ("a.b", "com.github.workflow_job"),
        ("a" * 65, "com.github.workflow_job"),
        (None, "com.github.workflow_job"),
        (["completed"], "com.github.workflow_job"),
    ],
)
def test_a_type_ends_with_the_action_where_that_is_a_word(action: Value, expected: str) -> None:
    found = event("workflow_job", {"action": action, "workflow_job": {"id": 7}})
    assert found["type"] == expected


PLACES: dict[str, tuple[Document, str]] = {
    "workflow_run": ({"workflow_run": {"id": 7}}, "actions/runs/7"),
    "workflow_job": ({"workflow_job": {"id": 7}}, "actions/jobs/7"),
    "check_run": ({"check_run": {"id": 7}}, "check-runs/7"),
    "check_suite": ({"check_suite": {"id": 7}}, "check-suites/7"),
    "status": ({"id": 9, "sha": "a1", "context": "ci/x"}, "statuses/a1/ci/x"),
    "deployment_status": (
        {"deployment": {"id": 7}, "deployment_status": {"id": 9}},
        "deployments/7",
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_subject_is_the_place_in_the_rest_api(name: str) -> None:
    """Also below a repository that is not told, as in hooks of an enterprise."""
    payload, place = PLACES[name]
    found = event(name, payload | {"repository": REPOSITORY})
    assert found["subject"] == found["partitionkey"] == f"octo-org/octo-repo/{place}"
    assert found["dataschema"] == f"urn:callback-gateway:github:job.{name}:v1"
    assert found["data"]["job"]["tag"] == found["data"]["event_name"] == name
    assert event(name, payload)["subject"] == place


def test_until_a_job_runs_it_has_no_start() -> None:
    """`started_at` repeats when it was queued."""
    found = job(status="queued", created_at=CREATED, started_at=CREATED)
    assert found["time"] == CREATED
    assert {"created_at"} == found["data"]["job"].keys() - {"id", "tag", "state"}
    found = job(status="in_progress", created_at=CREATED, started_at=STARTED)
    assert found["time"] == STARTED
    assert found["data"]["job"]["queue_seconds"] == 2.0


def test_what_goes_on_has_no_end() -> None:
    """A run is changed all the time."""
    for state, end in (("in_progress", None), ("waiting", None), ("failure", ENDED)):
        run = {"id": 7, "status": state, "run_started_at": STARTED, "updated_at": ENDED}
        found = event("workflow_run", {"workflow_run": run})
        assert found["time"] == ENDED
        assert found["data"]["job"].get("finished_at") == end
        assert found["data"]["job"].get("run_seconds") == (7.0 if end else None)


def test_a_run_does_not_tell_how_long_it_waited() -> None:
    """A second attempt starts days after the run was created."""
    run = {"id": 7, "created_at": CREATED, "run_started_at": STARTED, "conclusion": "success"}
    assert "queue_seconds" not in event("workflow_run", {"workflow_run": run})["data"]["job"]


def test_what_does_not_tell_a_time_has_that_of_its_reception() -> None:
    assert job(created_at="yesterday")["time"] == RECEIVED_AT


def test_a_field_that_no_schema_knows_is_text_and_counted() -> None:
    """In its place; the maps of a payload are no unknown fields."""
    payload: Document = {
        "workflow_job": {"id": 7, "cost": {"cents": 1.50, "paid": True}, "labels": ["gpu"]},
        "repository": {"custom_properties": {"team": "media", "tier": 1}},
    }
    (draft,) = GITHUB.normalize({"X-GitHub-Event": "workflow_job", "X-GitHub-Payload": payload})
    assert draft.unknown == 1
    assert draft.data["detail"]["workflow_job"] == {
        "id": 7,
        "cost": {"cents": "1.5", "paid": "true"},
        "labels": ["gpu"],
    }
    assert draft.data["detail"]["repository"]["custom_properties"] == {"team": "media", "tier": "1"}


def test_only_a_ping_with_its_zen_is_a_probe() -> None:
    """The header is not signed: nobody may have another payload dropped with it."""
    zen = {"zen": "Design for failure."}
    others = [("ping", {"workflow_job": {"id": 7}}), ("push", zen), ("ping", ["zen"])]
    documents = [
        {"X-GitHub-Event": name, "X-GitHub-Payload": payload}
        for name, payload in [("ping", zen), *others]
    ]
    assert [GITHUB.is_probe(one) for one in documents] == [True, False, False, False]
