"""What CI's answers mean: confirmed, refuted, or not known, and never one for another."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.confirm.answer import (
    CONFIRMED,
    Judgement,
    Reading,
    Reply,
    Verdict,
    judge,
)
from gateway.core.checks.user_data import user_data_check
from gateway.core.model import Document, Proof, Value
from gateway.core.originals import restored
from gateway.core.provider import Draft, claims
from gateway.core.redact import redaction
from gateway.user_data import sign_user_data
from tests.confirm.ci import answer, error
from tests.laws.cases import READABLE, Case
from tests.sources import job, normalizer, run

READING = Reading(normalizer())
CI = [case for case in READABLE if case.name.startswith("tencent-ci/")]
BY_KIND = {
    "com.tencentcloud.ci.job.finished",
    "com.tencentcloud.ci.batch.finished",
    "com.tencentcloud.ci.workflow.finished",
    "com.tencentcloud.ci.moderation.finished",
}
OUTPUT = {"Bucket": "test-123456789", "Region": "ap-chongqing", "ObjectName": "out.mp4"}
JOB = job(
    Tag="Transcode",
    Code="Success",
    QueueId="p1",
    Input={"BucketId": "test-123456789", "Region": "ap-chongqing", "Object": "in.mp4"},
    Operation={"UserData": "order-42", "MediaResult": {"OutputFile": OUTPUT}},
)
RUNNING = b"""<Response>
    <JobsDetail>
        <Code>Success</Code>
        <Message/>
        <JobId>j8d121820f5e411ec926ef19d53ba9c6f</JobId>
        <State>Running</State>
        <Progress>30</Progress>
        <CreationTime>2022-06-27T15:23:12+0800</CreationTime>
        <StartTime>2022-06-27T15:23:13+0800</StartTime>
        <EndTime>-</EndTime>
        <QueueId>p2242ab62c7c94486915508540933a2c6</QueueId>
        <Tag>Transcode</Tag>
        <Input>
            <BucketId>test-123456789</BucketId>
            <Object>input/demo.mp4</Object>
            <Region>ap-chongqing</Region>
        </Input>
        <Operation>
            <TemplateId>t1460606b9752148c4ab182f55163ba7cd</TemplateId>
            <Output>
                <Region>ap-chongqing</Region>
                <Bucket>test-123456789</Bucket>
                <Object>output/out.mp4</Object>
            </Output>
            <UserData>This is my data.</UserData>
            <JobLevel>0</JobLevel>
        </Operation>
    </JobsDetail>
</Response>"""
"""The vendor's first example of the query of a media job
(https://www.tencentcloud.com/document/product/1045/43688)."""


def drafted(document: Document) -> Draft:
    """The one draft of a document."""
    (draft,) = normalizer()(document)
    return draft


def told(document: Document) -> Document:
    """What CI answers where the callback is `document`: the same without its event's name."""
    inner = document.get("Response", document)
    return {name: value for name, value in inner.items() if name != "EventName"}


def changed(document: Document, **fields: Value) -> Document:
    """What CI answers where `fields` of the job are others; None takes one away."""
    details = told(document)["JobsDetail"] | fields
    kept = {name: value for name, value in details.items() if value is not None}
    return {"JobsDetail": kept}


def judged(claimed: Document, answered: Document) -> Judgement:
    """What the answer says of the callback."""
    return judge(drafted(claimed), Reply(200, answer(answered)), READING, [])


def is_asked_about(case: Case) -> bool:
    """Whether CI can be asked about its events and answers in the callback's own form."""
    types = {event["type"] for event in case.expected["events"]}
    return types <= BY_KIND and "simple" not in case.name


@pytest.mark.parametrize("case", [*filter(is_asked_about, CI)], ids=lambda case: case.name)
def test_every_example_is_confirmed_by_an_answer_that_tells_the_same(case: Case) -> None:
    """In XML, whatever the callback came in."""
    reply = Reply(200, answer(told(case.document)))
    drafts = normalizer()(case.document)
    assert [judge(draft, reply, READING, []) for draft in drafts] == [CONFIRMED] * len(drafts)


@pytest.mark.parametrize("kind", ["video", "audio", "text"])
def test_a_simple_moderation_is_confirmed_by_an_answer_in_detail(kind: str) -> None:
    """CI answers in one form only."""
    claimed = {
        "code": 0,
        "message": "success",
        "data": {"trace_id": "v1", "url": "https://a-1.cos.ap-beijing.myqcloud.com/a.mp4",
                 "event": f"Review{kind.title()}", "result": 1, "data_id": "d-7"},
    }  # fmt: skip
    details = {"JobId": "v1", "State": "Success", "Code": "Success", "Object": "a.mp4",
               "Result": "1", "Label": "Porn", "DataId": "d-7"}  # fmt: skip
    assert judged(claimed, {"JobsDetail": details}) == CONFIRMED
    normal = details | {"Result": "0", "Label": "Normal"}
    assert judged(claimed, {"JobsDetail": normal}) == (
        Verdict.REFUTED,
        "CI tells another moderation.verdict",
    )
    assert judged(claimed, {"JobsDetail": details | {"DataId": "d-8"}}).verdict is Verdict.REFUTED
    failed = {"JobId": "v1", "State": "Failed"}
    assert judged(claimed, {"JobsDetail": failed}) == (Verdict.REFUTED, "CI tells another outcome")
    assert judged(claimed, {"JobsDetail": failed | {"State": "Auditing"}}).verdict is Verdict.OPEN


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"State": "Failed"}, "outcome"),
        ({"State": "Cancel"}, "outcome"),
        ({"Tag": "Concat"}, "job.tag"),
        ({"Code": "InputFileNotFound"}, "job.code"),
        ({"Input": {"BucketId": "other-1"}}, "bucket and input.bucket"),
        ({"Input": {"Region": "ap-beijing"}}, "input.region"),
        ({"Input": {"Object": "other.mp4"}}, "input.key"),
        ({"Operation": {"UserData": "x", "MediaResult": {"OutputFile": OUTPUT}}}, "job.user_data"),
        ({"Operation": {}}, "outputs"),
        (
            {"Operation": {"MediaResult": {"OutputFile": OUTPUT | {"ObjectName": "x.mp4"}}}},
            "outputs",
        ),
    ],
)
def test_a_difference_refutes(fields: dict[str, Value], name: str) -> None:
    """And its name is told, not its value."""
    assert judged(JOB, changed(JOB, **fields)) == (Verdict.REFUTED, f"CI tells another {name}")


@pytest.mark.parametrize("field", ["Tag", "Code", "Input", "QueueId"])
def test_what_ci_does_not_tell_refutes_nothing(field: str) -> None:
    """Answers tell less of some jobs than callbacks do, and the other way round."""
    assert judged(JOB, changed(JOB, **{field: None})) == CONFIRMED
    without = {**JOB, "JobsDetail": changed(JOB, **{field: None})["JobsDetail"]}
    assert judged(without, told(JOB)) == CONFIRMED


def test_what_a_job_is_said_to_carry_must_be_told() -> None:
    """Consumers know their jobs by it; a word of ours in it means nothing."""
    without = changed(JOB, Operation={"MediaResult": {"OutputFile": OUTPUT}})
    assert judged(JOB, without) == (
        Verdict.OPEN,
        "CI does not tell what the callback says the job carries",
    )
    unknown = json.loads(json.dumps(JOB).replace("order-42", "unknown"))
    assert judged(unknown, told(JOB)).verdict is Verdict.REFUTED


@pytest.mark.parametrize("state", ["Submitted", "Running", "Pause", None, "Strange"])
def test_an_end_that_ci_does_not_know_of_is_open(state: str | None) -> None:
    """It may be behind its own callback."""
    assert judged(JOB, changed(JOB, State=state)).verdict is Verdict.OPEN
    claimed = job(JobId="j8d121820f5e411ec926ef19d53ba9c6f", Tag="Transcode")
    assert judge(drafted(claimed), Reply(200, RUNNING), READING, []).verdict is Verdict.OPEN


@pytest.mark.parametrize("state", ["Submitted", "Running", "Success", "Failed"])
def test_an_earlier_state_is_confirmed_by_a_later_one(state: str) -> None:
    """A start is told of a run that has ended meanwhile."""
    claimed = run(State="Running", BucketId="test-123456789")
    assert judged(claimed, {"WorkflowExecution": {"RunId": "i1", "State": state}}) == CONFIRMED


def test_the_tasks_of_a_run_are_compared() -> None:
    """One that the run has not, or that ended otherwise, refutes it."""
    tasks = [{"JobId": "j1", "State": "Success"}, {"JobId": "j2", "State": "Failed"}]
    claimed = run(Tasks=tasks[:1])
    execution = {"RunId": "i1", "State": "Success", "Tasks": tasks}
    assert judged(claimed, {"WorkflowExecution": execution}) == CONFIRMED
    for other in (tasks[1:], [{"JobId": "j1", "State": "Failed"}, tasks[1]], []):
        execution["Tasks"] = other
        assert judged(claimed, {"WorkflowExecution": execution}) == (
            Verdict.REFUTED,
            "CI tells another tasks",
        )


@pytest.mark.parametrize("missing", ["j1", "j0,j1", "j0, j1 ", ["j0", "j1"]])
def test_a_job_that_does_not_exist(missing: Value) -> None:
    """The answer is 200 and lists it; an error says so where there is no such list."""
    absent = Judgement(Verdict.ABSENT, "CI knows no such job")
    assert judged(JOB, {"NonExistJobIds": missing}) == absent
    assert judged(JOB, {"JobsDetail": None, "NonExistJobIds": missing}) == absent
    reply = Reply(404, error("ResourceNotFound"))
    assert judge(drafted(JOB), reply, READING, []) == absent


@pytest.mark.parametrize(
    ("status", "body", "detail"),
    [
        (404, error("NoSuchBucket"), "CI answered 404 NoSuchBucket"),
        (404, b"<html/>", "CI answered 404"),
        (403, error("AccessDenied"), "CI answered 403 AccessDenied"),
        (403, error("<b/>&#10;x"), "CI answered 403"),
        (500, b"", "CI answered 500, unreadable"),
        (503, error("SlowDown"), "CI answered 503 SlowDown"),
        (301, b"<a/>", "CI answered 301"),
        (200, b"", "CI answered 200, unreadable"),
        (200, b"<!DOCTYPE a><a/>", "CI answered 200, unreadable"),
        (200, b"<Response><JobsDetail></Message></JobsDetail>", "CI answered 200, unreadable"),
        (200, b"<Response/>", "CI answered about something else"),
        (200, b"<Response><JobsDetail/></Response>", "CI answered about something else"),
        (200, answer(changed(JOB, JobId="j2")), "CI answered about something else"),
        (200, answer({"JobsDetail": [JOB["JobsDetail"]] * 2}), "CI answered about something else"),
        (200, answer({"NonExistJobIds": "j2"}), "CI answered about something else"),
        (200, answer({"JobsDetail": {"JobId": ["j1", "j2"]}}), "CI answered 200, unreadable"),
        (200, b"<a>" * 100, "CI answered 200, unreadable"),
    ],
)  # fmt: skip
def test_any_other_answer_says_nothing(status: int, body: bytes, detail: str) -> None:
    """A query that fails makes no forgery of a callback."""
    found = judge(drafted(JOB), Reply(status, body), READING, [])
    assert found == (Verdict.UNAVAILABLE, detail)


@given(status=st.integers(100, 599), body=st.binary(max_size=200))
def test_no_bytes_confirm_or_refute(status: int, body: bytes) -> None:
    """And nothing leaves but a judgement."""
    assert judge(drafted(JOB), Reply(status, body), READING, []).verdict is Verdict.UNAVAILABLE


def test_signed_user_data_is_compared_as_what_it_says() -> None:
    """The event has the original, CI the signed text."""
    signed = sign_user_data("order-42", secret=b"secret", expires=1_660_000_000)
    document = json.loads(json.dumps(JOB).replace("order-42", signed))
    draft = drafted(document)
    proof = user_data_check([b"secret"])(claims([draft], 1_659_999_999.0))
    (original,) = restored([draft], [proof])
    reply = Reply(200, answer(told(document)))
    assert judge(original, reply, READING, [Proof("token", "token"), proof]) == CONFIRMED
    assert judge(original, reply, READING, []).detail == "CI tells another job.user_data"


def test_what_is_redacted_is_not_compared() -> None:
    """Answers are emptied as callbacks are: none can be refuted by what it may not keep."""
    redact = redaction(["ObjectName", "UserData", "BucketId"])
    claimed = drafted(redact(JOB)[0])
    assert "outputs" not in claimed.data
    other = changed(JOB, Operation={"UserData": "x"})
    for reply in (Reply(200, answer(told(JOB))), Reply(200, answer(other))):
        assert judge(claimed, reply, Reading(normalizer(), redact), []) == CONFIRMED
