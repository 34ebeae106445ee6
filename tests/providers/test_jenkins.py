"""What Jenkins' Notification plugin tells of builds."""

import json

import pytest

from gateway.core.model import Document, Outcome, Value
from gateway.providers.jenkins import PERSONAL
from tests.providers.received import entry_of, events_of, redacting
from tests.sources import RECEIVED_AT, as_json, source_of

JENKINS = source_of("jenkins")
MOMENT, TIME = 1465385840838, "2016-06-08T11:37:20.838Z"


def event(document: Value) -> Document:
    """The CloudEvent of a document."""
    (found,) = events_of(JENKINS, as_json(document), {})
    return found


def build(phase: Value, **fields: Value) -> Document:
    """The event of build 18 of the job `asgard`."""
    known = {"url": "job/asgard/18/", "number": 18, "phase": phase}
    return event({"name": "asgard", "build": known | fields})


OUTCOMES = {
    "SUCCESS": Outcome.SUCCESS,
    "FAILURE": Outcome.FAILURE,
    "UNSTABLE": Outcome.FAILURE,
    "ABORTED": Outcome.CANCELED,
    "NOT_BUILT": Outcome.CANCELED,
    "SUCCEEDED": Outcome.UNKNOWN,
}


@pytest.mark.parametrize("phase", ["COMPLETED", "FINALIZED"])
@pytest.mark.parametrize("status", OUTCOMES)
def test_an_outcome_is_that_of_the_status_of_what_has_ended(status: str, phase: str) -> None:
    """The status itself stays in `state`."""
    found = build(phase, status=status)
    assert found["data"]["outcome"] == OUTCOMES[status]
    assert found["data"]["job"]["state"] == status
    assert found["type"] == f"io.jenkins.build.{phase.lower()}"


@pytest.mark.parametrize("status", [None, *OUTCOMES])
@pytest.mark.parametrize("phase", ["QUEUED", "STARTED"])
def test_what_has_not_ended_is_running_whatever_its_status(phase: str, status: str | None) -> None:
    """Some plugins tell that of the build before; a pipeline may have one early."""
    found = build(phase, status=status)
    assert (found["data"]["outcome"], found["data"]["job"]["state"]) == ("running", phase)


@pytest.mark.parametrize("phase", ["NONE", "completed", 1])
def test_another_phase_is_unknown(phase: Value) -> None:
    """Also with a status, and its type has no end."""
    found = build(phase, status="SUCCESS")
    assert (found["data"]["outcome"], found["type"]) == ("unknown", "io.jenkins.build")


def test_a_build_that_ended_without_a_status_is_unknown() -> None:
    found = build("COMPLETED")
    assert (found["data"]["outcome"], found["data"]["job"]["state"]) == ("unknown", "COMPLETED")


@pytest.mark.parametrize(
    ("phase", "duration", "name"),
    [
        ("QUEUED", 0, "created_at"),
        ("STARTED", 0, "started_at"),
        ("COMPLETED", 10, "finished_at"),
        ("FINALIZED", 10, "finished_at"),
        ("FINALIZED", 0, "finished_at"),
        ("COMPLETED", 0, None),
        ("NONE", 0, None),
    ],
)
def test_the_timestamp_is_the_time_of_the_phase(
    phase: str, duration: int, name: str | None
) -> None:
    """That of a completed build without a duration is its start, so it is no end."""
    found = build(phase, timestamp=MOMENT, duration=duration)
    times = {key: value for key, value in found["data"]["job"].items() if key.endswith("_at")}
    assert found["time"] == TIME
    assert times == ({name: TIME} if name else {})


@pytest.mark.parametrize("timestamp", [0, -1, 10**15, 10**30, "yesterday", None, {"a": 1}])
def test_a_timestamp_that_is_none_tells_no_time(timestamp: Value) -> None:
    """0 stands for a queue that nobody remembers."""
    found = build("QUEUED", timestamp=timestamp)
    assert found["time"] == RECEIVED_AT
    assert "created_at" not in found["data"]["job"]


def test_a_duration_counts_once_the_build_has_ended() -> None:
    """In seconds; 0 means that Jenkins does not know it yet."""
    seconds = [
        build(phase, duration=duration)["data"]["job"].get("run_seconds")
        for phase, duration in [("COMPLETED", 60500), ("FINALIZED", 0), ("STARTED", 60500)]
    ]
    assert seconds == [60.5, None, None]


@pytest.mark.parametrize("url", ["job/asgard/18/", "/job/asgard/18", "job/asgard/18"])
def test_a_build_is_known_by_its_place(url: str) -> None:
    found = build("STARTED", url=url)
    assert found["subject"] == found["data"]["job"]["id"] == "job/asgard/18"


def test_the_parameters_and_artifacts_are_no_unknown_fields() -> None:
    """They have any names; their values are text."""
    document = {
        "build": {
            "phase": "QUEUED",
            "parameters": {"A": "1", "B": ""},
            "artifacts": {"a.war": {"archive": "http://a", "s3": "http://b"}},
        }
    }
    (draft,) = JENKINS.normalize(document)
    assert draft.unknown == 0
    assert draft.data["detail"]["build"] == document["build"] | {"parameters": {"A": "1"}}


@pytest.mark.parametrize("document", [{"a": 1}, {"build": {"id": 1}}, {"build": "x"}, [1], {}])
def test_any_other_document_is_kept_whole(document: Value) -> None:
    found = event(document)
    assert found["type"] == "io.jenkins.event.received"
    kept = {"body": document} if isinstance(document, list) else document
    assert found["data"].get("detail", {}) == kept


def test_personal_data_is_who_changed_something() -> None:
    document = {"build": {"url": "b", "phase": "QUEUED", "scm": {"culprits": ["ann"]}}}
    made = entry_of(redacting("jenkins", *PERSONAL), as_json(document), {})
    assert json.loads(made.body)["build"]["scm"] == {"culprits": None}
    assert b"ann" not in made.events[0].json


def test_nothing_is_a_probe() -> None:
    """The plugin sends nothing to try a URL."""
    assert JENKINS.is_probe({"build": {}}) is False
