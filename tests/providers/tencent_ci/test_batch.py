"""A batch in JobsDetail → one batch event; and what is no batch stays a job."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.errors import Reason, Refused
from gateway.core.model import Document, Value
from gateway.core.pipeline import process
from tests.laws.documents import Path, empties, leaves, meaning, replaced, xml
from tests.laws.generated import LEAVES, ODD, Values, odd, of_schema, often, some
from tests.sources import (
    BOUND,
    RECEIVED_AT,
    as_json,
    callback,
    datas,
    entry,
    events,
    job,
    normalizer,
    quarantine,
)

LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SCHEMA = "urn:callback-gateway:tencent-ci:batch:v1"
TIMES = {
    "CreationTime": "2022-06-27T15:23:10+0800",
    "StartTime": "2022-06-27T15:23:11+0800",
    "EndTime": "2022-06-27T15:25:10+0800",
}


def batch(**fields: Value) -> Document:
    """A document with one batch of jobs: `b1`, Success, and `fields` in the vendor's names."""
    return job(**{"JobId": "b1", "Type": "Job"} | fields)


def event(**fields: Value) -> Document:
    """The CloudEvent of a batch."""
    (found,) = events(as_json(batch(**fields)))
    return found


def data(**fields: Value) -> Document:
    """The data of the event of a batch."""
    found: Document = event(**fields)["data"]
    return found


def kinds(document: Document) -> list[str]:
    """The last but one word of the type of each event."""
    return [event["type"].split(".")[-2] for event in events(as_json(document))]


# What is one


@pytest.mark.parametrize(
    "type_", ["Job", "Workflow", " Job ", ["Job"], {"@a": "1", "#text": "Job"}]
)
@pytest.mark.parametrize("identifier", ["b1", ["b1"], "b-xxx-xxx-xxx-xxxx", " b1"])
def test_a_batch_is_known_by_its_type_and_its_id(type_: Value, identifier: Value) -> None:
    """In either wire form, under any EventName or none."""
    document = batch(Type=type_, JobId=identifier)
    assert kinds(document) == kinds(document | {"EventName": None}) == ["batch"]
    assert [found["type"] for found in events(xml(document))] == [
        "com.tencentcloud.ci.batch.finished"
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"Type": None},
        {"Type": "live_video"},
        {"Type": "job"},
        {"JobId": "j1"},
        {"JobId": "Xb1"},
        {"JobId": "B1"},
        {"Type": None, "Operation": {"Type": "Job", "Tag": "Transcode"}},
        {"JobId": "v1", "Type": "Workflow", "Tag": "Transcode"},
        {"JobId": "j1", "Type": ["Job", "Workflow"]},
    ],
)
def test_one_mark_alone_makes_no_batch(fields: Document) -> None:
    """Ids are opaque: a job may be called `b…`. Moderations have a Type too."""
    assert kinds(batch(**fields)) == ["job"]


def test_a_tag_of_its_own_makes_no_job_of_a_batch() -> None:
    """An old SDK of the vendor has it there. It comes before that of the Operation."""
    found = data(Tag="Tts", QueueId="p1", Operation={"Tag": "Transcode", "QueueId": "p2"})
    assert (found["batch"]["tag"], found["batch"]["queue_id"]) == ("Tts", "p1")
    assert found["detail"] == {"Tag": "Transcode", "QueueId": "p2"}


def test_batches_and_jobs_may_stand_in_one_list() -> None:
    """Each is what it is, in order, and has what stands beside them."""
    found = events(
        as_json(
            {
                "RequestId": "r",
                "JobsDetail": [
                    {"JobId": "b1", "Type": "Workflow"},
                    {"JobId": "j1", "Tag": "Tts"},
                    {"JobId": "b2", "Type": "Job"},
                ],
            }
        )
    )
    assert [(one["type"].split(".")[-2], one["subject"]) for one in found] == [
        ("batch", "b1"),
        ("job", "j1"),
        ("batch", "b2"),
    ]
    assert [one["data"]["extra"] for one in found] == [{"RequestId": "r"}] * 3


# What it becomes


def test_the_batch_has_our_names() -> None:
    """And its types; what its Operation tells of it stands there too."""
    operation = {"Tag": "Transcode", "QueueId": "p1", "UserData": " u ", "JobLevel": "1"}
    found = event(
        Name="demo", Code="Success", Message="", Operation=operation, Input={"Prefix": "i"}, **TIMES
    )
    assert (found["subject"], found["dataschema"]) == ("b1", SCHEMA)
    assert found["data"] == {
        "provider": "tencent-ci",
        "event_name": "TaskFinish",
        "outcome": "success",
        "batch": {
            "id": "b1",
            "type": "Job",
            "name": "demo",
            "tag": "Transcode",
            "state": "Success",
            "code": "Success",
            "queue_id": "p1",
            "user_data": "u",
            "created_at": "2022-06-27T15:23:10+08:00",
            "started_at": "2022-06-27T15:23:11+08:00",
            "finished_at": "2022-06-27T15:25:10+08:00",
        },
        "input": {"prefix": "i"},
        "detail": {"Tag": "Transcode", "QueueId": "p1", "UserData": "u", "JobLevel": 1},
    }


def test_a_batch_of_workflows_is_kept_whole() -> None:
    """As its query shows it: nothing has begun."""
    found = event(
        Type="Workflow",
        State="Running",
        Operation={
            "TimeInterval": {"Start": TIMES["CreationTime"], "End": "-"},
            "WorkflowIds": "w1",
        },
        **TIMES | {"StartTime": "-", "EndTime": "-"},
    )
    assert found["time"] == "2022-06-27T15:23:10+08:00"
    assert found["data"]["outcome"] == "running"
    assert found["data"]["batch"] == {
        "id": "b1",
        "type": "Workflow",
        "state": "Running",
        "created_at": "2022-06-27T15:23:10+08:00",
    }
    assert found["data"]["detail"] == {
        "TimeInterval": {"Start": "2022-06-27T15:23:10+08:00"},
        "WorkflowIds": ["w1"],
    }
    assert found["data"]["extra"] == {
        "JobsDetail.StartTime": "-",
        "JobsDetail.EndTime": "-",
        "JobsDetail.Operation.TimeInterval.End": "-",
    }


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("Submitted", "running"),
        ("Running", "running"),
        ("Success", "success"),
        ("Failed", "failure"),
        ("Pause", "paused"),
        ("Cancel", "canceled"),
        ("Odd", "unknown"),
        (None, "unknown"),
    ],
)
def test_its_state_decides_its_outcome(state: Value, outcome: str) -> None:
    """And never its EndTime, which examples have while they are running, nor its Code."""
    found = data(State=state, Code="Success", **TIMES)
    assert found["outcome"] == outcome


def test_a_batch_happened_when_it_finished_else_started_else_was_created() -> None:
    """Else when it was received."""
    assert event(**TIMES)["time"] == "2022-06-27T15:25:10+08:00"
    assert event(**TIMES | {"EndTime": "-"})["time"] == "2022-06-27T15:23:11+08:00"
    assert event()["time"] == RECEIVED_AT


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"Prefix": "/i"}, {"prefix": "/i"}),
        ({"Object": "/i/a"}, {"key": "i/a"}),
        ({"Manifest": "m.json"}, {"manifest": "m.json"}),
        ({"UrlFile": "u"}, {"url_file": "u"}),
        ({"Bucket": "b-1", "Region": "r"}, {"bucket": "b-1", "region": "r"}),
    ],
)
def test_what_it_selects_is_its_input(theirs: Document, ours: Document) -> None:
    """A key has no leading slash; a prefix is left as it is."""
    assert data(Input=theirs)["input"] == ours


@pytest.mark.parametrize(
    ("fields", "bucket"),
    [
        ({"Input": {"BucketId": "a-1"}, "Operation": {"Output": {"Bucket": "b-1"}}}, "a-1"),
        ({"Input": {"Prefix": "i"}, "Operation": {"Output": {"Bucket": "b-1"}}}, "b-1"),
        ({"Input": {"Prefix": "i"}, "Operation": {"WorkflowIds": "w1"}}, None),
        ({"Operation": {"MediaResult": {"OutputFile": {"Bucket": "c-1"}}}}, "c-1"),
    ],
)
def test_a_batch_is_of_the_bucket_of_its_input_else_of_its_output(
    fields: Document, bucket: str | None
) -> None:
    """As a job is."""
    assert data(**fields).get("bucket") == bucket


def test_a_bound_source_refuses_a_batch_that_names_no_bucket() -> None:
    """Nothing proves whose it is."""
    with pytest.raises(Refused):
        process(callback(as_json(batch(Type="Workflow"))), BOUND)


def test_what_nobody_knows_is_kept_and_counted() -> None:
    """Also counts, of which the vendor documents none."""
    document = batch(Total="3", Operation={"JobParam": {"Unheard": {"Count": "10"}}})
    (found,) = datas(document)
    assert found["extra"] == {"JobsDetail.Total": "3"}
    assert found["detail"] == {"JobParam": {"Unheard": {"Count": "10"}}}
    assert [draft.unknown for draft in normalizer()(document)] == [2]


PARAMETERS: list[tuple[str, Document, Document]] = [
    ("Animation", {"Video": {"Width": "320"}}, {"Video": {"Width": 320}}),
    ("SmartCover", {"Count": "3"}, {"Count": 3}),
    ("RemoveWatermark", {"Dx": "0"}, {"Dx": 0}),
    ("Snapshot", {"Start": "1.5"}, {"Start": 1.5}),
    ("SpeechRecognition", {"ChannelNum": "1"}, {"ChannelNum": 1}),
    (
        "ConcatTemplate",
        {"ConcatFragment": {"Url": "u", "FragmentIndex": "0"}},
        {"ConcatFragment": [{"Url": "u", "FragmentIndex": 0}]},
    ),
    ("VoiceSeparate", {"AudioMode": "IsAudio"}, {"AudioMode": "IsAudio"}),
    ("VideoMontage", {"Duration": "5"}, {"Duration": 5.0}),
    ("VideoProcess", {"MsSharpen": {"Enable": "true"}}, {"MsSharpen": {"Enable": True}}),
    ("Segment", {"Duration": "5"}, {"Duration": 5.0}),
    ("ExtractDigitalWatermark", {"Version": "V1"}, {"Version": "V1"}),
    ("VideoTag", {"Scenario": "Stream"}, {"Scenario": "Stream"}),
    ("TtsTpl", {"Speed": "100"}, {"Speed": 100}),
]


@pytest.mark.parametrize(("name", "said", "typed"), PARAMETERS)
def test_the_parameters_of_its_jobs_are_typed_as_theirs(
    name: str, said: Document, typed: Document
) -> None:
    """Every one that the manual's tables of JobParam name."""
    document = batch(Operation={"JobParam": {name: said}})
    (found,) = datas(document)
    assert found["detail"] == {"JobParam": {name: typed}}
    assert [draft.unknown for draft in normalizer()(document)] == [0]


@pytest.mark.parametrize("name", ["Subtitles", "NoiseReduction"])
def test_parameters_without_a_table_are_known_by_name(name: str) -> None:
    """What is in them is text, and counted."""
    document = batch(Operation={"JobParam": {name: {"Unheard": "1"}}})
    (found,) = datas(document)
    assert found["detail"] == {"JobParam": {name: {"Unheard": "1"}}}
    assert [draft.unknown for draft in normalizer()(document)] == [1]


def test_a_batch_may_tell_its_progress() -> None:
    assert data(Progress="30")["batch"]["progress"] == 30


def test_a_batch_without_an_id_is_a_job_without_an_id() -> None:
    """There is nothing to know it by: quarantine."""
    assert quarantine(as_json(batch(JobId=""))).reason is Reason.SCHEMA


@pytest.mark.parametrize(
    "fields", [{"JobId": ["b1", "b2"]}, {"Type": ["Job", "Workflow"]}, {"State": ["a", "b"]}]
)
def test_what_decides_must_not_be_told_twice(fields: Document) -> None:
    """Of two that differ neither is chosen."""
    assert quarantine(as_json(batch(**fields))).reason is Reason.AMBIGUOUS


# Laws


@st.composite
def batches(draw: st.DrawFn) -> Document:
    """A callback of a batch: mostly right, often odd."""
    usual: dict[str, Values] = {
        "State": often(st.sampled_from(["Success", "Failed", "Running", "Cancel"]), ODD),
        "Name": odd(LEAVES),
        "Code": odd(LEAVES),
        "Tag": odd(LEAVES),
        "QueueId": odd(LEAVES),
        "CreationTime": odd(LEAVES),
        "EndTime": odd(LEAVES),
        "Input": odd(
            some({name: odd(LEAVES) for name in ("Prefix", "Object", "Bucket", "BucketId")})
        ),
        "Operation": odd(of_schema(SCHEMA, "detail")),
    }
    found = {"JobId": "b1", "Type": draw(st.sampled_from(["Job", "Workflow"]))}
    return {"EventName": "TaskFinish", "JobsDetail": found | draw(some(usual, 7))}


def ids(body: bytes) -> object:
    """The ids of the events of a body, or why it has none."""
    made = entry(body)
    return [event.id for event in made.events] or (made.quarantine and made.quarantine.reason)


@LAW
@given(batches())
def test_the_wire_form_and_the_order_of_members_are_not_content(document: Document) -> None:
    def turn(path: Path, value: Value) -> Value:
        return dict(reversed(value.items())) if isinstance(value, dict) else value

    forms = [xml(document), as_json({"Response": document}), as_json(replaced(document, turn))]
    assert [ids(form) for form in forms] == [ids(as_json(document))] * 3


@LAW
@given(batches())
def test_every_leaf_of_a_batch_survives_and_nothing_is_empty(document: Document) -> None:
    """Only a State that is told twice spoils a batch; a success has the state Success."""
    made = entry(as_json(document))
    if made.quarantine is not None:
        assert re.search("^State is repeated", made.quarantine.detail)
        return
    found = datas(document)
    kept = {meaning(leaf) for _, leaf in leaves(found)}
    assert {meaning(leaf) for _, leaf in leaves(document)} <= kept
    assert list(empties(found)) == []
    assert [one["batch"]["id"] for one in found] == ["b1"]
    assert all(
        one["batch"].get("state", "").lower() == "success"
        for one in found
        if one["outcome"] == "success"
    )
