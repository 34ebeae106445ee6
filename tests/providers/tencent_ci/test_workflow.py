"""One WorkflowExecution → one event, with an outcome for each of its tasks."""

import pytest

from gateway.core.model import Document, Value
from tests.laws.documents import leaves, meaning
from tests.sources import RECEIVED_AT, as_json, events, run, run_data

TASK = {
    "Type": "Snapshot",
    "CreateTime": "2022-08-09 14:54:40+0800",
    "StartTime": "2022-08-09 14:54:41+0800",
    "EndTime": "2022-08-09 14:54:42+0800",
    "State": "Success",
    "JobId": "j1",
    "Name": "Snapshot_1",
    "TemplateId": "t1",
    "TemplateName": "n",
}


def event(**fields: Value) -> Document:
    """The CloudEvent of a run."""
    (found,) = events(as_json(run(**fields)))
    return found


def test_the_run_has_our_names() -> None:
    """Its bucket and object are the input."""
    data = run_data(
        WorkflowId="w1",
        WorkflowName="w",
        BucketId="b-1",
        Region="r",
        Object="/i/a",
        CreateTime="2022-08-09 14:54:17+0800",
        CosHeaders={"Key": "k", "Value": "v"},
    )
    assert data == {
        "provider": "tencent-ci",
        "event_name": "WorkflowFinish",
        "outcome": "success",
        "workflow": {
            "id": "w1",
            "run_id": "i1",
            "name": "w",
            "state": "Success",
            "created_at": "2022-08-09T14:54:17+08:00",
        },
        "bucket": "b-1",
        "region": "r",
        "input": {
            "bucket": "b-1",
            "region": "r",
            "key": "i/a",
            "headers": [{"key": "k", "value": "v"}],
        },
        "extra": {"WorkflowExecution.Object": "/i/a"},
    }


def test_a_task_has_our_names_and_an_outcome() -> None:
    """One or several, in the order of the callback."""
    (task,) = run_data(Tasks=TASK)["tasks"]
    assert task == {
        "job_id": "j1",
        "type": "Snapshot",
        "name": "Snapshot_1",
        "state": "Success",
        "outcome": "success",
        "template_id": "t1",
        "template_name": "n",
        "created_at": "2022-08-09T14:54:40+08:00",
        "started_at": "2022-08-09T14:54:41+08:00",
        "finished_at": "2022-08-09T14:54:42+08:00",
    }
    states = ["Failed", "Odd", "Cancel", None, "Success"]
    tasks = run_data(Tasks=[TASK | {"State": state} for state in states])["tasks"]
    assert [one["outcome"] for one in tasks] == [
        "failure",
        "unknown",
        "canceled",
        "unknown",
        "success",
    ]


@pytest.mark.parametrize("name", ["CreateTime", "Createtime", "CreationTime"])
def test_the_time_of_creation_has_three_spellings(name: str) -> None:
    """Workflow, field table, job."""
    task = {"JobId": "j1", name: "2022-08-09 14:54:40+0800"}
    assert run_data(Tasks=task)["tasks"][0]["created_at"] == "2022-08-09T14:54:40+08:00"


@pytest.mark.parametrize("name", ["WorkflowName", "Name"])
def test_the_name_of_a_workflow_has_two_spellings(name: str) -> None:
    """Callback and query."""
    assert run_data(**{name: "w"})["workflow"]["name"] == "w"


def test_spellings_that_disagree_are_all_kept() -> None:
    """Whatever their order."""
    one = run_data(WorkflowName="a", Name="b")
    assert one == run_data(Name="b", WorkflowName="a")
    assert {"a", "b"} <= {leaf for _, leaf in leaves(one)}
    spelt = {"CreateTime": "2022-08-09 14:54:40+0800", "Createtime": "2022-08-09 14:54:41+0800"}
    first = run_data(Tasks=spelt)
    assert first == run_data(Tasks=dict(reversed(spelt.items())))
    assert {"14:54:40", "14:54:41"} == {
        leaf[11:19] for _, leaf in leaves(first) if str(leaf).startswith("2022-")
    }


def test_a_run_ended_with_its_last_task() -> None:
    """By the moment, not by the text: offsets differ. The callback does not tell it otherwise."""
    ends = ["2022-08-09 14:54:42+0800", "2022-08-09T07:00:00Z", "-", "2022-08-09 14:54:39+0800"]
    tasks = [{"JobId": "j", "EndTime": end} for end in ends]
    assert event(Tasks=tasks)["time"] == "2022-08-09T07:00:00Z"


def test_a_run_without_an_ended_task_happened_when_it_was_created_else_received() -> None:
    """The only other times there are."""
    created = "2022-08-09 14:54:17+0800"
    assert event(CreateTime=created, Tasks={"EndTime": "-"})["time"] == "2022-08-09T14:54:17+08:00"
    assert event(Tasks={"JobId": "j"})["time"] == RECEIVED_AT


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("WorkflowStart", "started"),
        ("WorkflowFinish", "finished"),
        ("New", "finished"),
        (None, "finished"),
    ],
)
def test_the_type_tells_a_start_from_an_end(name: Value, kind: str) -> None:
    """Only `WorkflowStart` is a start."""
    (found,) = events(as_json(run() | {"EventName": name}))
    assert found["type"] == f"com.tencentcloud.ci.workflow.{kind}"


@pytest.mark.parametrize(
    "tasks", ["text", {"a": "b"}, [TASK, "text"], [[TASK]], {"Task": [TASK, TASK]}]
)
def test_odd_tasks_are_kept(tasks: Value) -> None:
    """In place or in `extra`."""
    kept = {meaning(leaf) for _, leaf in leaves(run_data(Tasks=tasks))}
    assert {meaning(leaf) for _, leaf in leaves(tasks)} <= kept


def test_an_object_that_is_only_a_slash_is_no_key() -> None:
    """It is kept as the sender wrote it."""
    data = run_data(Object="/")
    assert "input" not in data
    assert data["extra"] == {"WorkflowExecution.Object": "/"}


def test_a_state_of_a_task_that_is_given_twice_is_unknown() -> None:
    """The run itself is not in doubt."""
    data = run_data(Tasks=TASK | {"State": ["Success", "Failed"]})
    assert (data["outcome"], data["tasks"][0]["outcome"]) == ("success", "unknown")
    assert list(data["extra"].values()) == ["Success", "Failed"]


def test_what_nobody_knows_is_kept() -> None:
    """Under its path."""
    data = run_data(New={"a": "1"}, Tasks=TASK | {"New": "2"})
    assert data["extra"] == {"WorkflowExecution.New.a": "1", "WorkflowExecution.Tasks[0].New": "2"}
