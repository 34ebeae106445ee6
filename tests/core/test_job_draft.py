"""A CI server's payload → its job event, by a table of paths and a schema."""

import pytest

from gateway.core.contract import Contract
from gateway.core.job_draft import Node, Paths, at, job_draft, job_plan, seconds, told
from gateway.core.model import Outcome, Value
from gateway.core.plans import Schema
from gateway.core.provider import Draft

TIME: Schema = {"type": "string", "format": "date-time"}
SCHEMA: Schema = {
    "$id": "urn:test:job",
    "properties": {
        "job": {
            "properties": {
                "id": {"type": "string"},
                "created_at": TIME,
                "started_at": TIME,
                "finished_at": TIME,
                "run_seconds": {"type": "number"},
            }
        },
        "commit": {"type": "string"},
        "detail": {"properties": {"run": {"properties": {"id": {"type": "integer"}}}}},
    },
}
PLAN = job_plan(Contract([SCHEMA]), "urn:test:job")
PATHS: Paths = {
    "job": {
        "id": ("run.key", "run.id"),
        "created_at": "created",
        "started_at": "started",
        "finished_at": "finished",
    },
    "commit": "run.sha",
}
CREATED, STARTED, FINISHED = (f"2024-05-14T09:20:{second}Z" for second in ("10", "12", "19"))


def draft(payload: Value, outcome: Outcome = Outcome.SUCCESS) -> Draft:
    """The draft of a payload."""
    found = told(payload, PATHS, PLAN)
    return job_draft(
        found, provider="p", event_name="run", outcome=outcome, subject="repo/7", type_="com.p.run"
    )


def test_what_is_picked_is_typed_by_the_schema() -> None:
    """The payload stays whole beside it: here a number, there text."""
    made = draft({"run": {"id": 7, "sha": "a1", "more": [1]}})
    assert made.data == {
        "provider": "p",
        "event_name": "run",
        "outcome": "success",
        "job": {"id": "7"},
        "commit": "a1",
        "detail": {"run": {"id": 7, "sha": "a1", "more": "1"}},
    }
    assert (made.subject, made.schema, made.unknown) == ("repo/7", "urn:test:job", 2)


def test_of_several_places_the_first_that_says_something_counts() -> None:
    assert draft({"run": {"id": 7, "key": "k"}}).data["job"] == {"id": "k"}
    assert draft({"run": {"id": 7, "key": ""}}).data["job"] == {"id": "7"}


def test_what_does_not_fit_is_aside_once() -> None:
    """Though it is picked too."""
    made = draft({"run": {"id": "seven"}})
    assert made.data["extra"] == {"run.id": "seven"}
    assert made.data["job"] == {"id": "seven"}


@pytest.mark.parametrize("payload", [{}, [1], None, "x", {"run": 1}])
def test_without_an_id_there_is_no_subject(payload: Value) -> None:
    """The schema refuses the event."""
    assert draft(payload).subject == ""


@pytest.mark.parametrize("outcome", Outcome)
def test_only_what_has_finished_has_an_end(outcome: Outcome) -> None:
    payload = {"created": CREATED, "started": STARTED, "finished": FINISHED}
    made = draft(payload, outcome)
    ended = outcome not in (Outcome.RUNNING, Outcome.PAUSED)
    assert made.data["job"].get("run_seconds") == (7.0 if ended else None)
    assert made.data["job"]["queue_seconds"] == 2.0
    assert made.time == (FINISHED if ended else STARTED)


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({}, {}),
        ({"created_at": CREATED}, {}),
        ({"created_at": CREATED, "started_at": CREATED}, {"queue_seconds": 0.0}),
        ({"created_at": STARTED, "started_at": CREATED}, {}),
        ({"started_at": STARTED, "finished_at": FINISHED}, {"run_seconds": 7.0}),
    ],
)
def test_seconds_are_told_where_both_times_are_known_and_in_order(
    job: Node, expected: dict[str, float]
) -> None:
    assert seconds(job) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a", {"b": 1}), ("a.b", 1), ("a.b.c", None), ("x.b", None), ("l.0", None)],
)
def test_a_path_leads_through_objects_alone(path: str, expected: Value) -> None:
    assert at({"a": {"b": 1}, "l": [1]}, path) == expected
