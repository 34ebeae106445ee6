"""Where the vendor's own pages, examples and wire forms disagree, the event does not."""

import pytest

from gateway.core.errors import Reason
from gateway.core.model import Document, Value
from gateway.core.pipeline import process
from tests.laws.documents import xml
from tests.providers.tencent_ci.inconsistencies import ROWS
from tests.providers.tencent_ci.inconsistencies.row import HEADERS
from tests.sources import OPEN, as_json, callback, events, job, quarantine, run


def data_of(document: Document) -> Document:
    """The data of the document's one event, which XML and JSON must agree on."""
    found = [[one["data"] for one in events(body)] for body in (as_json(document), xml(document))]
    assert found[0] == found[1]
    data: Document
    (data,) = found[0]
    return data


def at(value: Value, path: str) -> Value:
    """What stands at `path`; None where nothing does."""
    for step in path.split("/"):
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


@pytest.mark.parametrize(
    ("document", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_the_event_says_one_thing_whatever_the_callback_says(
    document: Document, expected: Document
) -> None:
    """In both wire forms."""
    data = data_of(document)
    assert {path: at(data, path) for path in expected} == expected


INNER = job(Tag="Tts", Operation={"UserData": "u"})
FRAMES = {
    "bare, an object": INNER,
    "bare, a list of one": INNER | {"JobsDetail": [INNER["JobsDetail"]]},
    "in Response, an object": {"Response": INNER},
    "in Response, a list of one": {"Response": INNER | {"JobsDetail": [INNER["JobsDetail"]]}},
}


@pytest.mark.parametrize("frame", FRAMES)
def test_the_frame_of_a_json_callback_is_not_content(frame: str) -> None:
    """`Response` stands around the JSON of WordsGeneralize alone; 9 pages have no list."""
    (expected,) = events(xml(INNER))
    (found,) = events(as_json(FRAMES[frame]))
    assert (found["id"], found["data"]) == (expected["id"], expected["data"])


def test_several_jobs_in_one_callback_are_an_event_each() -> None:
    """The tables say list, every example has one; queries repeat the element."""
    several = {"EventName": "TaskFinish", "JobsDetail": [{"JobId": "j1"}, {"JobId": "j2"}]}
    for body in (as_json(several), xml(several)):
        assert [event["subject"] for event in events(body)] == ["j1", "j2"]


@pytest.mark.parametrize("kind", [b"application/xml", b"application/json", b"text/plain", b""])
def test_the_body_decides_the_wire_form_and_not_the_content_type(kind: bytes) -> None:
    """Every page says application/xml, also of JSON."""
    for body in (as_json(INNER), xml(INNER)):
        sent = callback(body, headers=[(b"Content-Type", kind)])
        assert [event.subject for event in process(sent, OPEN).entry.events] == ["j1"]


@pytest.mark.parametrize(
    ("tag", "schema"),
    [("Animation", "job.animation"), ("Transcode", "job.transcode"), ("SDR2HDR", "job")],
)
def test_the_tag_decides_the_schema(tag: str, schema: str) -> None:
    """Neither the page nor the words of a callback; a Tag that nobody knows has the general one."""
    (event,) = events(as_json(job(Tag=tag, Operation={"UserData": "This is my Transcode job."})))
    assert event["dataschema"] == f"urn:callback-gateway:tencent-ci:{schema}:v1"


XML_MESSAGES = ["", "<Message/>", "<Message></Message>", "<Message> </Message>"]
JSON_MESSAGES: list[Value] = [None, "", " ", {}, [], [None], {"a": ""}]


def test_nothing_is_written_in_many_ways() -> None:
    """An empty element, white space, null, no key: one event."""
    body = "<Response><JobsDetail><JobId>j1</JobId>{}</JobsDetail></Response>"
    bodies = [body.format(message).encode() for message in XML_MESSAGES]
    bodies += [
        as_json({"JobsDetail": {"JobId": "j1", "Message": message}}) for message in JSON_MESSAGES
    ]
    bodies.append(as_json({"JobsDetail": {"JobId": "j1"}}))
    assert len({event["id"] for body in bodies for event in events(body)}) == 1


def etag(written: str) -> str:
    """An XML callback of PicProcess with an Etag."""
    original = f"<OriginalInfo><Etag>{written}</Etag></OriginalInfo>"
    result = f"<PicProcessResult>{original}</PicProcessResult>"
    inner = f"<JobId>j1</JobId><Tag>PicProcess</Tag><Operation>{result}</Operation>"
    return f"<Response><JobsDetail>{inner}</JobsDetail></Response>"


def test_the_quotes_of_an_etag_are_part_of_it() -> None:
    """Literal in the XML of callbacks, entities in that of uploads, escaped in JSON."""
    result = {"OriginalInfo": {"Etag": '"d5a4"'}}
    bodies = [etag('"d5a4"').encode(), etag("&quot;d5a4&quot;").encode()]
    bodies.append(as_json(job(Tag="PicProcess", Operation={"PicProcessResult": result})))
    found = [event["data"]["detail"] for body in bodies for event in events(body)]
    assert found == [{"PicProcessResult": [result]}] * 3


BROKEN_XML = [
    "<CallBackFormat>JSON<CallBackFormat>",
    "<Tag>Translation<Tag>",
    "<Tag><Tag>",
    "<RequestId>r<RequestId>",
    "<FilterDirty>1</ChannelNum>",
    "<Type>Workflow</Name>",
    "<Type/></Type>",
    "<TgtType></TgtType/>",
    "<DataId>d</DataID>",
    "</Message>",
    "<MediaInfo></MeidaInfo>",
    "<Input><Object>a</Object>",
    "<CreateTime2022-08-09T16:23:11+0800></CreateTime>",
]


@pytest.mark.parametrize("fragment", BROKEN_XML)
def test_what_is_no_xml_is_quarantined_and_not_repaired(fragment: str) -> None:
    """Tags that the pages do not close, close twice or close by another name."""
    body = f"<Response><JobsDetail><JobId>j1</JobId>{fragment}</JobsDetail></Response>"
    assert quarantine(body.encode()).reason == Reason.MALFORMED_XML


@pytest.mark.parametrize("end", ["", "<Response>", "</Response>[!http]", "</Response></Response>"])
def test_a_document_that_does_not_end_as_it_should_is_quarantined(end: str) -> None:
    """No end, a start for the end, text behind it."""
    body = f"<Response><JobsDetail><JobId>j1</JobId></JobsDetail>{end}"
    assert quarantine(body.encode()).reason == Reason.MALFORMED_XML


@pytest.mark.parametrize(
    "operation",
    ['{"JobLevel": 0,}', r'{"Etag": "\\"d5a4\\""}', '{"JobLevel": 0} trailing'],
    ids=["trailing comma", "quotes escaped twice", "text behind it"],
)
def test_what_is_no_json_is_quarantined_and_not_repaired(operation: str) -> None:
    """As the pages of Translation and PicProcess print it."""
    body = f'{{"JobsDetail": {{"JobId": "j1", "Operation": {operation}}}}}'
    assert quarantine(body.encode()).reason == Reason.MALFORMED_JSON


def test_an_ellipsis_for_the_content_is_kept_whole() -> None:
    """Some pages print no more of a response."""
    (event,) = events("<Response>…</Response>".encode())
    assert event["type"] == "com.tencentcloud.ci.event.received"
    assert event["data"]["extra"] == {"Response": "…"}


def test_callbacks_that_share_a_job_id_are_told_apart_by_their_content() -> None:
    """The pages use one JobId for Animation, Transcode and TSC, one for Translation and words."""
    callbacks = [
        job(Tag="Animation"),
        job(Tag="Transcode"),
        job(Tag="Transcode", Workflow={"Name": "HighSpeedHd_1"}),
        job(Tag="Translation"),
        job(Tag="WordsGeneralize"),
        job(Tag="Animation", State="Running"),
        job(Tag="Animation", Input={"CosHeaders": HEADERS}),
    ]
    bodies = [write(one) for write in (as_json, xml) for one in callbacks]
    ids = [event["id"] for body in bodies for event in events(body)]
    assert len(ids) == 2 * len(callbacks)
    assert len({*ids}) == len(callbacks)


def test_a_run_and_its_jobs_name_each_other() -> None:
    """Each is an event of its own, in whatever order they come."""
    (of_job,) = events(as_json(job(Workflow={"RunId": "i1"})))
    (of_run,) = events(as_json(run(Tasks={"JobId": "j1"})))
    assert of_run["data"]["tasks"][0]["job_id"] == of_job["subject"] == "j1"
    assert of_job["data"]["workflow"]["run_id"] == of_run["subject"] == "i1"


def test_a_run_is_known_by_its_id_and_not_by_its_name() -> None:
    """Callback and query of one run give it two names."""
    found = [events(as_json(run(WorkflowName=name)))[0] for name in ("workflow-3", "workflow-1")]
    assert [event["subject"] for event in found] == ["i1", "i1"]
