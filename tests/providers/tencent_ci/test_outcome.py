"""The vendor's states in our vocabulary: never a success by default."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.model import Outcome, Value
from gateway.providers.tencent_ci.outcome import outcome_of, outcome_of_code
from tests.sources import job_data, run_data

OUTCOMES = {
    "Success": "success",
    "Failed": "failure",
    "Cancel": "canceled",
    "Pause": "paused",
    "Submitted": "running",
    "Running": "running",
    "Auditing": "running",
    "Snapshoting": "running",
}
STRANGE = [
    "",
    "Succeeded",
    "success!",
    "Success Failed",
    "Successful",
    "true",
    "0",
    "ＳＵＣＣＥＳＳ",
    "ok",
]
STRANGE += ["Success\0", "ſuccess", "None", "Finished", "UNKNOWN", "-"]


@pytest.mark.parametrize(("state", "outcome"), OUTCOMES.items())
def test_every_documented_state_has_its_outcome(state: str, outcome: str) -> None:
    """In a job, in a run and in a task, in any case: the manuals' prose writes `success`."""
    assert outcome_of(state) == outcome
    for written in (state, state.lower(), state.upper(), f" {state}\n"):
        assert job_data(State=written)["outcome"] == outcome
        data = run_data(State=written, Tasks={"JobId": "j1", "State": written})
        assert (data["outcome"], data["tasks"][0]["outcome"]) == (outcome, outcome)


@pytest.mark.parametrize("state", STRANGE)
def test_a_strange_state_is_unknown(state: str) -> None:
    """Never a success."""
    assert outcome_of(state) == Outcome.UNKNOWN
    assert job_data(State=state)["outcome"] == "unknown"


@pytest.mark.parametrize(
    "state", [None, "", " ", [], {}, {"a": "Success"}, 0, 1, True, {"@a": "b"}]
)
@pytest.mark.parametrize("evidence", [{}, {"Code": "Success"}, {"Message": "success"}])
def test_a_missing_state_is_unknown_whatever_else_looks_well(
    state: Value, evidence: dict[str, Value]
) -> None:
    """Code is Success in running jobs too, and an EndTime or a result is no proof."""
    ended = {"EndTime": "2022-06-30T15:29:48+0800", "Progress": "100", **evidence}
    result = {"Output": {"Bucket": "b-1", "Object": "x"}, "DigitalWatermark": {"State": "Success"}}
    assert job_data(State=state, Operation=result, Tag="Transcode", **ended)["outcome"] == "unknown"
    assert run_data(State=state, Tasks=[{"State": "Success"}])["outcome"] == "unknown"


def test_a_failed_watermark_does_not_fail_its_job() -> None:
    """`DigitalWatermark.State` is `Failed` in jobs that are `Success`; the job's State counts."""
    data = job_data(Tag="SuperResolution", Operation={"DigitalWatermark": {"State": "Failed"}})
    assert data["outcome"] == "success"


@given(st.text())
def test_only_success_is_success(state: str) -> None:
    """For any text."""
    assert (outcome_of(state) == Outcome.SUCCESS) == (state.lower() == "success")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("Success", "success"),
        ("success", "success"),
        ("InvalidText", "failure"),
        (None, "unknown"),
        ("", "unknown"),
        (["Success", "Failed"], "unknown"),
        ({"a": "Success"}, "unknown"),
    ],
)
def test_the_code_decides_where_the_vendor_sends_no_state(code: Value, outcome: str) -> None:
    """WordsGeneralize has no State."""
    assert job_data(State=None, Tag="WordsGeneralize", Code=code)["outcome"] == outcome
    assert outcome_of_code("Success") == Outcome.SUCCESS


@pytest.mark.parametrize("state", ["Failed", "Odd", {"a": "b"}, ["x", {"b": "c"}]])
def test_the_code_decides_nothing_beside_a_state(state: Value) -> None:
    """However strange the State is."""
    if isinstance(state, list):
        state = {"Inner": state}
    data = job_data(State=state, Tag="WordsGeneralize", Code="Success")
    assert data["outcome"] == ("failure" if state == "Failed" else "unknown")
