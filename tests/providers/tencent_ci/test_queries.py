"""Answers of the vendor's query API, which users feed in too, and documents that are about nothing.

They have no EventName, several jobs or runs, and a RequestId, a NextToken or ids beside them.
"""

import pytest

from gateway.core.errors import Reason
from gateway.core.model import Document, Value
from tests.laws.documents import leaves, meaning, xml
from tests.sources import as_json, datas, entry, events, normalizer, quarantine

RUN = {
    "WorkflowId": "w1",
    "RunId": "i1",
    "Object": "wk-test/game.mp4",
    "CreateTime": "2022-08-09T14:54:17+08:00",
    "State": "Success",
}
TASK = {
    "Type": "Snapshot",
    "JobId": "j1",
    "CreateTime": "2022-08-09T14:54:40+08:00",
    "Name": "Snapshot_1",
    "State": "Success",
    "StartTime": "2022-08-09T14:54:40+08:00",
    "EndTime": "2022-08-09T14:54:42+08:00",
    "Code": "Success",
    "Message": "",
}
WORKFLOW = {
    "id": "w1",
    "run_id": "i1",
    "state": "Success",
    "created_at": "2022-08-09T14:54:17+08:00",
}


def in_both_forms(document: Document) -> list[Document]:
    """The events of a document, which XML and JSON agree on."""
    found = events(as_json({"Response": document}))
    assert [one["id"] for one in events(xml(document))] == [one["id"] for one in found]
    assert [one["id"] for one in events(as_json(document))] == [one["id"] for one in found]
    return found


def test_several_jobs_are_several_events() -> None:
    """In the order of the list; each has what stands beside it."""
    jobs = [{"JobId": f"j{number}", "State": "Running", "Tag": "Tts"} for number in range(6)]
    found = in_both_forms({"JobsDetail": jobs, "NextToken": "225508", "NonExistJobIds": "j8,j9"})
    assert [one["subject"] for one in found] == [job["JobId"] for job in jobs]
    for one in found:
        assert one["type"] == "com.tencentcloud.ci.job.finished"
        assert one["data"]["outcome"] == "running"
        assert one["data"]["extra"] == {"NextToken": "225508", "NonExistJobIds": "j8,j9"}


@pytest.mark.parametrize("empty", [None, "", {}, {"JobId": " "}])
def test_an_empty_one_among_several_does_not_count(empty: Value) -> None:
    """As everywhere: XML has an empty element where JSON has nothing."""
    document = {"JobsDetail": [{"JobId": "j1", "State": "Success", "Tag": "Tts"}, empty]}
    assert [one["subject"] for one in in_both_forms(document)] == ["j1"]


def test_each_operation_of_a_request_has_a_job_and_the_tag_of_its_own() -> None:
    """MultiJobs: up to six operations, whose Tag stands in the Operation."""
    tags = ["Animation", "Transcode", "SmartCover", "Snapshot", "Segment", "MediaInfo"]
    jobs = [{"JobId": f"j-{tag}", "Operation": {"Tag": tag}} for tag in tags]
    found = in_both_forms({"JobsDetail": jobs})
    assert [one["data"]["job"] for one in found] == [{"id": f"j-{tag}", "tag": tag} for tag in tags]
    assert [one["dataschema"].split(":")[-2] for one in found] == [
        f"job.{tag.lower()}" for tag in tags
    ]


def test_the_query_of_a_run_is_a_run() -> None:
    """`Name` is that of the workflow; its topology, codes and messages are in `extra`."""
    topology = {"Dependencies": {"Start": "Snapshot_1"}, "Nodes": {"Start": {"Type": "Start"}}}
    run = RUN | {"Name": "workflow-1", "Topology": topology, "Tasks": [TASK]}
    (found,) = in_both_forms({"RequestId": "r", "WorkflowExecution": run})
    assert found["type"] == "com.tencentcloud.ci.workflow.finished"
    assert (found["subject"], found["time"]) == ("i1", "2022-08-09T14:54:42+08:00")
    path = "WorkflowExecution."
    assert found["data"] == {
        "provider": "tencent-ci",
        "outcome": "success",
        "workflow": WORKFLOW | {"name": "workflow-1"},
        "input": {"key": "wk-test/game.mp4"},
        "tasks": [
            {
                "job_id": "j1",
                "type": "Snapshot",
                "name": "Snapshot_1",
                "state": "Success",
                "outcome": "success",
                "created_at": "2022-08-09T14:54:40+08:00",
                "started_at": "2022-08-09T14:54:40+08:00",
                "finished_at": "2022-08-09T14:54:42+08:00",
            }
        ],
        "extra": {
            "RequestId": "r",
            f"{path}Topology.Dependencies.Start": "Snapshot_1",
            f"{path}Topology.Nodes.Start.Type": "Start",
            f"{path}Tasks[0].Code": "Success",
        },
    }


def unknown(document: Document) -> list[int]:
    """How many fields nobody knew, of each event."""
    return [draft.unknown for draft in normalizer()(document)]


def test_what_the_manual_documents_of_queries_is_not_counted_as_unknown() -> None:
    """It is in `extra`, since events have no place for it."""
    beside = {"RequestId": "r", "NextToken": "1", "NonExistJobIds": "j9"}
    run = RUN | {"Topology": {"Nodes": {"Snapshot_1": {"Type": "Snapshot"}}}, "Tasks": [TASK, TASK]}
    job = {"JobId": "j1", "CallBack": "https://example.com", "CallBackFormat": "JSON"}
    for document in ({"WorkflowExecution": run}, {"JobsDetail": job}, {"JobsDetail": [job, job]}):
        assert {*unknown({"Response": document | beside})} == {0}
        assert {*unknown({"Response": document | {"New": "1"}, "RequestId": "r"})} == {1}
    assert unknown({"WorkflowExecution": RUN | {"Tasks": TASK | {"New": "1"}}}) == [1]


def test_several_runs_are_several_events() -> None:
    """`WorkflowExecutionList`, one or many; a run that goes on is told by its outcome."""
    running = RUN | {"RunId": "i2", "State": "Running", "Object": "/b", "New": "1"}
    beside = {"RequestId": "r", "NextToken": "115716"}
    one, two = in_both_forms({"WorkflowExecutionList": [RUN, running], **beside})
    assert one["type"] == two["type"] == "com.tencentcloud.ci.workflow.finished"
    assert (one["subject"], two["subject"]) == ("i1", "i2")
    assert one["time"] == "2022-08-09T14:54:17+08:00"
    assert one["data"] == {
        "provider": "tencent-ci",
        "outcome": "success",
        "workflow": WORKFLOW,
        "input": {"key": "wk-test/game.mp4"},
        "extra": beside,
    }
    assert two["data"]["outcome"] == "running"
    path = "WorkflowExecutionList."
    assert two["data"]["extra"] == beside | {f"{path}New": "1", f"{path}Object": "/b"}
    (alone,) = in_both_forms({"WorkflowExecutionList": RUN, **beside})
    assert alone == one


def test_a_run_without_an_id_is_against_the_schema() -> None:
    """Also in a list, which is accepted or refused as a whole."""
    document = {"WorkflowExecutionList": [RUN, {"WorkflowId": "w1"}]}
    assert quarantine(as_json(document)).reason is Reason.SCHEMA


@pytest.mark.parametrize("name", ["JobsDetail", "WorkflowExecution", "WorkflowExecutionList"])
@pytest.mark.parametrize(
    "empty", [None, "", " ", {}, [], [{}], [None, ""], {"Code": " ", "Input": {"Object": None}}]
)
def test_a_query_that_found_nothing_is_kept_whole(name: str, empty: Value) -> None:
    """An empty container is none; what stands beside it is what there is to tell."""
    found = events(as_json({"Response": {name: empty, "NonExistJobIds": "j1"}}))
    assert [one["type"] for one in found] == ["com.tencentcloud.ci.event.received"]
    assert found[0]["data"] == {"provider": "tencent-ci", "extra": {"NonExistJobIds": "j1"}}


@pytest.mark.parametrize(
    ("event_name", "container"),
    [("TaskFinish", "JobsDetail"), ("WorkflowFinish", "WorkflowExecution")],
)
@pytest.mark.parametrize("empty", [None, "", {}, [], [{}]])
def test_a_callback_about_nothing_is_against_the_schema(
    event_name: str, container: str, empty: Value
) -> None:
    """Its EventName promises a job or a run."""
    document = {"EventName": event_name, container: empty}
    for body in (as_json(document), xml(document)):
        assert quarantine(body).reason is Reason.SCHEMA


@pytest.mark.parametrize(
    "document", [{"WorkflowExecutionList": "x"}, {"JobsDetail": [{"a": 1}, 2]}]
)
def test_a_container_that_is_no_object_is_against_the_schema(document: Document) -> None:
    assert quarantine(as_json(document)).reason is Reason.SCHEMA


def test_a_start_without_a_run_is_kept_whole() -> None:
    """What the vendor sends when a run starts is documented nowhere."""
    (found,) = events(as_json({"EventName": "WorkflowStart", "Workflow": {"RunId": "i1"}}))
    assert found["type"] == "com.tencentcloud.ci.event.received"
    assert found["data"]["extra"] == {"Workflow.RunId": "i1"}


@pytest.mark.parametrize("node", ["SCF", "Condition", "StreamPack", "StreamPackConfig"])
def test_a_node_without_a_tag_is_a_job_without_a_tag(node: str) -> None:
    """Its Operation is text; its place in the workflow is told."""
    document = {
        "EventName": "TaskFinish",
        "JobsDetail": {
            "JobId": "j1",
            "State": "Failed",
            "Workflow": {"RunId": "i1", "Name": f"{node}_1"},
            "Operation": {node: {"Retry": "3"}},
        },
    }
    (found,) = in_both_forms(document)
    assert found["dataschema"] == "urn:callback-gateway:tencent-ci:job:v1"
    assert found["data"] == {
        "provider": "tencent-ci",
        "event_name": "TaskFinish",
        "outcome": "failure",
        "job": {"id": "j1", "state": "Failed"},
        "workflow": {"run_id": "i1", "node": f"{node}_1"},
        "detail": {node: {"Retry": "3"}},
    }


def test_a_run_comes_before_what_else_a_document_holds() -> None:
    """The rest is in its `extra`."""
    document = {
        "WorkflowExecution": {"RunId": "i1"},
        "JobsDetail": {"JobId": "b1", "Type": "Job"},
        "WorkflowExecutionList": [{"RunId": "i2"}],
    }
    (found,) = datas(document)
    assert found["workflow"] == {"run_id": "i1"}
    assert {meaning(leaf) for _, leaf in leaves(document)} <= {
        meaning(leaf) for _, leaf in leaves(found)
    }
    assert entry(as_json(document)).events[0].type == "com.tencentcloud.ci.workflow.finished"
