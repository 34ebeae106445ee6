"""One JobsDetail → one event: our names, the vendor's Operation, and the rest in `extra`."""

import pytest

from gateway.core.model import Document, Value
from tests.laws.documents import leaves, xml
from tests.sources import as_json, datas, events, job, job_data, normalizer, quarantine

TIMES = {
    "CreationTime": "2022-06-30T15:29:42+0800",
    "StartTime": "2022-06-30 15:29:43+0800",
    "EndTime": "2022-06-30T07:29:48.500Z",
}


def time(**fields: Value) -> str:
    """The time of a job's event."""
    (event,) = events(as_json(job(**fields)))
    found: str = event["time"]
    return found


def test_the_job_has_our_names() -> None:
    """And its types."""
    data = job_data(
        Tag="Transcode",
        Code="Success",
        Message="",
        Progress="100",
        QueueId="p1",
        Operation={"TemplateId": "t1", "TemplateName": "n", "UserData": " u "},
        **TIMES,
    )
    assert data["job"] == {
        "id": "j1",
        "tag": "Transcode",
        "state": "Success",
        "code": "Success",
        "progress": 100,
        "queue_id": "p1",
        "template_id": "t1",
        "template_name": "n",
        "user_data": "u",
        "created_at": "2022-06-30T15:29:42+08:00",
        "started_at": "2022-06-30T15:29:43+08:00",
        "finished_at": "2022-06-30T07:29:48.500Z",
        "queue_seconds": 1.0,
        "run_seconds": 5.5,
    }
    assert data["detail"] == {"TemplateId": "t1", "TemplateName": "n", "UserData": "u"}
    assert "extra" not in data


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"CreationTime": TIMES["CreationTime"]}, {}),
        ({"StartTime": "-", "EndTime": "-", "CreationTime": TIMES["CreationTime"]}, {}),
        ({"CreationTime": TIMES["EndTime"], "StartTime": TIMES["CreationTime"]}, {}),
        ({"StartTime": TIMES["StartTime"], "EndTime": TIMES["StartTime"]}, {"run_seconds": 0.0}),
        ({"StartTime": "2022-06-30T15:29:43", "EndTime": TIMES["EndTime"]}, {}),
    ],
)
def test_seconds_are_told_only_when_both_times_are_known_and_in_order(
    fields: Document, expected: Document
) -> None:
    """Never negative, never guessed."""
    found = job_data(**fields)["job"]
    assert {name: found[name] for name in found if name.endswith("_seconds")} == expected


def test_an_event_happened_when_its_job_finished_else_started_else_was_created() -> None:
    """Else when it was received."""
    assert time(**TIMES) == "2022-06-30T07:29:48.500Z"
    assert time(**TIMES | {"EndTime": "-"}) == "2022-06-30T15:29:43+08:00"
    assert time(**TIMES | {"EndTime": "", "StartTime": "-"}) == "2022-06-30T15:29:42+08:00"


def test_a_tag_may_stand_in_the_operation() -> None:
    """MultiJobs and batches have it there."""
    for operation in ({"Tag": "Tts", "Volume": "x"}, [{"Tag": "Tts"}]):
        (event,) = events(as_json(job(Operation=operation)))
        assert event["dataschema"] == "urn:callback-gateway:tencent-ci:job.tts:v1"
        assert event["data"]["job"]["tag"] == "Tts"


def test_a_job_s_own_tag_comes_first() -> None:
    """VideoTag results have labels called Tag."""
    data = job_data(Tag="Tts", Operation={"Tag": "Transcode"})
    assert (data["job"]["tag"], data["detail"]["Tag"]) == ("Tts", "Transcode")


@pytest.mark.parametrize("name", ["WordsGeneralize", "WordsGeneralizeResult"])
def test_words_generalize_is_known_by_its_operation(name: str) -> None:
    """Its JSON has neither Tag nor State."""
    token = {"WordsGeneralizeToken": {"Offset": "3"}}
    for operation in ({name: token}, [{name: token}]):
        (data,) = datas(job(State=None, Code="Success", Operation=operation))
        assert (data["job"]["tag"], data["outcome"]) == ("WordsGeneralize", "success")


@pytest.mark.parametrize("tag", ["Tts", "tts", "TTS", " Tts "])
def test_the_case_of_a_tag_does_not_count_for_its_schema(tag: str) -> None:
    """But the event says it as the vendor wrote it."""
    (event,) = events(as_json(job(Tag=tag)))
    assert event["dataschema"].endswith(":job.tts:v1")
    assert event["data"]["job"]["tag"] == tag.strip()


def test_the_input_has_our_names() -> None:
    """Without the slash that some senders write; what they wrote is kept."""
    headers = [{"Key": "EventName", "Value": "cos:ObjectCreated:Put"}, {"Key": "Size", "Value": 7}]
    data = job_data(
        Input={
            "BucketId": "b-1",
            "Region": "r",
            "Object": "/i/a",
            "Url": "u",
            "CosHeaders": headers,
        }
    )
    assert data["input"] == {
        "bucket": "b-1",
        "region": "r",
        "key": "i/a",
        "url": "u",
        "headers": [
            {"key": "EventName", "value": "cos:ObjectCreated:Put"},
            {"key": "Size", "value": "7"},
        ],
    }
    assert (data["bucket"], data["region"]) == ("b-1", "r")
    assert data["extra"] == {"JobsDetail.Input.Object": "/i/a"}
    assert data["event_name"] == "TaskFinish"


def test_a_key_inside_the_operation_is_kept_under_its_own_path() -> None:
    """Tts has its input there."""
    data = job_data(Tag="Tts", Operation={"Input": {"BucketId": "b-1", "Object": "/in/a.txt"}})
    assert data["input"] == {"bucket": "b-1", "key": "in/a.txt"}
    assert data["extra"] == {"JobsDetail.Operation.Input.Object": "/in/a.txt"}


def test_a_key_that_is_only_a_slash_is_no_key() -> None:
    """It is kept as the sender wrote it."""
    data = job_data(Input={"Object": "/"})
    assert "input" not in data
    assert data["extra"] == {"JobsDetail.Input.Object": "/"}


def test_bucket_is_another_name_of_bucket_id() -> None:
    """The manual's tables call it so. Where both agree, nothing more is said."""
    assert job_data(Input={"Bucket": "b-1"})["input"] == {"bucket": "b-1"}
    data = job_data(Input={"Bucket": "b-1", "BucketId": " b-1 "})
    assert (data["input"], data.get("extra")) == ({"bucket": "b-1"}, None)


def test_two_names_that_disagree_are_both_kept() -> None:
    """Whichever stands first in the body, the event is the same."""
    one = job_data(Input={"Bucket": "b-1", "BucketId": "b-2"})
    assert one == job_data(Input={"BucketId": "b-2", "Bucket": "b-1"})
    assert {leaf for _, leaf in leaves([one["input"], one["extra"]])} == {"b-1", "b-2"}


def test_tts_has_its_input_in_its_operation() -> None:
    """The headers that a workflow gives are found in the event's input, and not in `detail`."""
    headers = [{"Key": "Content-Type", "Value": "text/plain"}]
    data = job_data(Tag="Tts", Operation={"Input": {"CosHeaders": headers, "BucketId": "b-1"}})
    assert data["input"] == {
        "bucket": "b-1",
        "headers": [{"key": "Content-Type", "value": "text/plain"}],
    }
    assert "detail" not in data
    assert "extra" not in data


def test_both_inputs_are_kept_where_they_disagree() -> None:
    """The job's own comes first; the other one goes to `extra` under the vendor's names."""
    data = job_data(
        Input={"Object": "a", "CosHeaders": {"Key": "k", "Value": "v"}},
        Operation={
            "Input": {"Object": "b", "CosHeaders": {"Key": "k", "Value": "w"}, "Region": "r"}
        },
    )
    assert data["input"]["key"] == "a"
    assert data["input"]["headers"] == [{"key": "k", "value": "v"}]
    inner = "JobsDetail.Operation.Input."
    assert data["extra"][inner + "Object"] == "b"
    assert "w" in data["extra"].values()
    assert {
        path.removeprefix(inner).partition("[")[0].partition(".")[0] for path in data["extra"]
    } <= {
        "Object",
        "CosHeaders",
        "Region",
    }


@pytest.mark.parametrize(
    "odd", ["text", ["a", "b"], {"a": "b"}, [{"Object": "a"}, {"Object": "b"}]]
)
def test_an_odd_input_is_kept(odd: Value) -> None:
    """In either place."""
    for document in (job(Input=odd), job(Operation={"Input": odd})):
        (data,) = datas(document)
        assert {leaf for _, leaf in leaves(odd)} <= {leaf for _, leaf in leaves(data)}


def test_the_workflow_has_our_names() -> None:
    """`Name` is that of the node."""
    workflow = {
        "WorkflowId": "w1",
        "RunId": "i1",
        "WorkflowName": "w",
        "Name": "Snapshot_1",
        "New": 1,
    }
    data = job_data(Workflow=workflow)
    assert data["workflow"] == {"id": "w1", "run_id": "i1", "name": "w", "node": "Snapshot_1"}
    assert data["extra"] == {"JobsDetail.Workflow.New": "1"}


def test_what_stands_beside_the_job_is_kept() -> None:
    """Under its path."""
    (data,) = datas(job() | {"New": {"Name": "n"}, "RequestId": "r"})
    assert data["extra"] == {"New.Name": "n", "RequestId": "r"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_workflow_beside_the_job_is_the_job_s(jobs: int) -> None:
    """`Response.Workflow` in the manual's tables, `JobsDetail.Workflow` in all its examples."""
    found = datas({"JobsDetail": [{"JobId": "j"}] * jobs, "Workflow": {"RunId": "i1"}})
    assert [(one["workflow"], one.get("extra")) for one in found] == [
        ({"run_id": "i1"}, None)
    ] * jobs


def test_a_workflow_within_the_job_comes_first() -> None:
    """The other one is kept as it stands, and so is one that is no object."""
    inner = job(Workflow={"RunId": "i1"})
    (data,) = datas(inner | {"Workflow": {"RunId": "i2"}})
    assert (data["workflow"], data["extra"]) == ({"run_id": "i1"}, {"Workflow.RunId": "i2"})
    (data,) = datas(job() | {"Workflow": "w"})
    assert (data.get("workflow"), data["extra"]) == (None, {"Workflow": "w"})


def test_every_job_of_a_callback_has_what_stands_beside_them() -> None:
    """And none of the other job."""
    found = datas(
        {"RequestId": "r", "JobsDetail": [{"JobId": "a", "X": "1"}, {"JobId": "b", "Y": "2"}]}
    )
    assert [data["extra"] for data in found] == [
        {"RequestId": "r", "JobsDetail.X": "1"},
        {"RequestId": "r", "JobsDetail.Y": "2"},
    ]


@pytest.mark.parametrize(
    "document",
    [
        {"Response": job(), "RequestId": "r"},
        {"Response": job() | {"RequestId": "q"}, "RequestId": "r"},
        {"Response": {"EventName": "New", "a": "1"}, "a": "2"},
        {"Response": {"a": "1"}, "a": "2"},
        {"Response": {"EventName": "New", "a.b": "1", "a": {"b": "2"}}},
        {"Response": "text", **job()},
        {"Response": ["a", "b"], **job()},
        {"Response": {}, **job()},
        job() | {"": "1", "EventName": "TaskFinish"},
        {"EventName": "New", "": "1"},
        {"EventName": "New", "": {"EventName": "1"}},
        job() | {"EventName": {"@a": "1", "#text": "TaskFinish"}},
        job() | {"EventName": {"a": "b"}},
        job() | {"EventName": [{"@a": "1", "#text": "TaskFinish"}]},
        {"EventName": {"a": "b"}, "New": "1"},
        {"EventName": {"@a": "1", "#text": "New"}},
        {"EventName": [{"a": "1"}, {"a": "1"}], "New": "2"},
        job() | {"EventName": [{"@a": "1", "#text": "TaskFinish"}] * 2},
        {"Response": {"EventName": "New", "$": {"a": "1"}}, "a": "2"},
        job() | {"WorkflowExecution": {"RunId": "i1"}},
    ],
    ids=repr,
)
def test_every_leaf_around_the_job_survives(document: Document) -> None:
    """Whatever the frame looks like."""
    kept = {str(leaf) for data in datas(document) for _, leaf in leaves(data)}
    assert {str(leaf) for _, leaf in leaves(document)} <= kept


def test_a_callback_without_event_name_is_the_same_in_both_wire_forms() -> None:
    """Callbacks of 2020 have none; `Response` is no part of a path."""
    for document in (job() | {"EventName": None}, {"New": {"a": "1"}}):
        found = [
            [event["data"] for event in events(body)] for body in (xml(document), as_json(document))
        ]
        assert found[0] == found[1]


@pytest.mark.parametrize("tag", ["Hologram", "", "Transcode"])
@pytest.mark.parametrize("name", ["UserData", "TemplateId", "TemplateName"])
@pytest.mark.parametrize("odd", [{"a": "b"}, ["a", "b"], {"@a": "b", "#text": "c"}, [{"a": "b"}]])
def test_what_a_job_takes_from_its_operation_may_be_odd(tag: str, name: str, odd: Value) -> None:
    """A Tag without a schema types nothing: the callback is an event all the same."""
    (data,) = datas(job(Tag=tag, Operation={name: odd}))
    assert {leaf for _, leaf in leaves(odd)} <= {leaf for _, leaf in leaves(data)}
    assert isinstance(data["job"].get("user_data", ""), str)


@pytest.mark.parametrize("operation", ["text", [{"a": "b"}, {"c": "d"}], 7, True, None, [], {}])
def test_an_odd_operation_is_kept(operation: Value) -> None:
    """The envelope alone makes an event."""
    (data,) = datas(job(Operation=operation))
    wanted = {str(leaf).lower() for _, leaf in leaves(operation)}
    assert wanted <= {leaf for _, leaf in leaves(data.get("extra", {}))}


@pytest.mark.parametrize("level", [0, "0", " 0 ", "0.", ["0"], [0, "0"]])
def test_job_level_is_a_number_however_it_is_written(level: Value) -> None:
    """Three JSON examples have a bare number, one a text; SpeechRecognition has it twice."""
    assert job_data(Tag="Transcode", Operation={"JobLevel": level})["detail"] == {"JobLevel": 0}


def test_two_job_levels_that_differ_are_kept_aside() -> None:
    """Neither is chosen."""
    data = job_data(Tag="Transcode", Operation={"JobLevel": ["0", "1"]})
    assert "detail" not in data
    assert list(data["extra"].values()) == ["0", "1"]


def test_numbers_that_are_no_numbers_are_kept_aside() -> None:
    """`Fps` `50/1` is divided, `-` and `auto` are text."""
    video = {"Fps": "50/1", "Level": "1.000", "Width": "auto", "Bitrate": "-"}
    data = job_data(Tag="Transcode", Operation={"MediaInfo": {"Stream": {"Video": video}}})
    assert data["detail"]["MediaInfo"]["Stream"]["Video"] == [{"Fps": 50.0, "Level": 1}]
    path = "JobsDetail.Operation.MediaInfo.Stream.Video[0]."
    assert data["extra"] == {path + "Fps": "50/1", path + "Width": "auto", path + "Bitrate": "-"}


@pytest.mark.parametrize("empty", [{}, [], [{}], None, "", [None, {}]])
def test_an_empty_list_of_streams_is_absent(empty: Value) -> None:
    """JSON leaves `{}` where XML has `<Audio/>`."""
    stream = {"Audio": empty, "Video": {"Width": "1"}}
    data = job_data(Tag="Transcode", Operation={"MediaInfo": {"Stream": stream}})
    assert data["detail"] == {"MediaInfo": {"Stream": {"Video": [{"Width": 1}]}}}


def test_a_job_of_another_event_name_is_a_job() -> None:
    """The container decides: a document callback may be named `TransCodingFinish`."""
    (event,) = events(as_json(job(Tag="DocProcess") | {"EventName": "TransCodingFinish"}))
    assert event["type"] == "com.tencentcloud.ci.job.finished"
    assert event["data"]["event_name"] == "TransCodingFinish"


def test_unknown_fields_are_counted() -> None:
    """For the metric that shows when the vendor says something new."""
    drafts = normalizer()(
        job(New="1", Operation={"Tag": "Tts", "New": {"a": ["1", "2"]}}) | {"Z": "1"}
    )
    assert [draft.unknown for draft in drafts] == [3]
    assert [draft.unknown for draft in normalizer()(job(Tag="Tts", Code="Success"))] == [0]


def test_what_is_known_and_has_no_place_is_in_extra_uncounted() -> None:
    """`SubTag`, and what the input of a Translation has instead of a bucket."""
    told = {"Lang": "en", "Type": "txt", "BasicType": "pptx"}
    document = job(Tag="Translation", SubTag="Odd", Input={"Object": "in/a.txt", **told})
    (draft,) = normalizer()(document)
    assert draft.unknown == 0
    assert draft.data["input"] == {"key": "in/a.txt"}
    assert draft.data["extra"] == {
        "JobsDetail.SubTag": "Odd",
        **{f"JobsDetail.Input.{name}": value for name, value in told.items()},
    }


def test_what_was_asked_of_fast_recognition_is_typed() -> None:
    asked = {"FlashAsr": "true", "Format": "mp3", "FirstChannelOnly": "1", "WordInfo": "0"}
    document = job(Tag="SpeechRecognition", Operation={"SpeechRecognition": asked})
    (draft,) = normalizer()(document)
    typed = {"FlashAsr": True, "Format": "mp3", "FirstChannelOnly": 1, "WordInfo": 0}
    assert draft.data["detail"] == {"SpeechRecognition": typed}
    assert draft.unknown == 0


@pytest.mark.parametrize("several", [False, True])
def test_pictures_are_typed_whatever_is_around_them(several: bool) -> None:  # noqa: FBT001
    """`UploadResult` is what the picture API puts around its answer."""
    names = ("Width", "FrameCount", "WatermarkStatus")
    pictures = [{"Key": f"o/{n}.jpg", **dict.fromkeys(names, f"{n}")} for n in (1, 2)]
    answer = {
        "OriginalInfo": {"ImageInfo": {"Width": "500"}},
        "ProcessResults": {"Object": pictures if several else pictures[0]},
    }
    typed = {
        "OriginalInfo": {"ImageInfo": {"Width": 500}},
        "ProcessResults": [
            {
                "Object": [
                    {"Key": f"o/{n}.jpg", **dict.fromkeys(names, n)} for n in (1, 2)[: 1 + several]
                ]
            }
        ],
    }
    for result, expected in ((answer, typed), ({"UploadResult": answer}, {"UploadResult": typed})):
        (draft,) = normalizer()(job(Tag="PicProcess", Operation={"PicProcessResult": result}))
        assert draft.data["detail"] == {"PicProcessResult": [expected]}
        assert draft.unknown == 0


def test_a_missing_job_id_is_told_by_the_quarantine() -> None:
    """An operator reads what is missing."""
    assert '"id" is a required property' in quarantine(as_json(job(JobId=""))).detail
