"""Where CI is asked: paths by what is claimed, and hosts by the configuration alone."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gateway.confirm.query import Places, Question, questions
from gateway.core.errors import Refused
from gateway.core.model import Document
from gateway.core.provider import Draft
from tests.sources import job, normalizer, run

REGIONS = {"test-123456789": "ap-chongqing", "other-123456789": "ap-beijing"}
PLACES = Places(REGIONS, "https://{bucket}.ci.{region}.myqcloud.com")
HOST = "https://test-123456789.ci.ap-chongqing.myqcloud.com"
INPUT = {"BucketId": "test-123456789", "Region": "ap-chongqing", "Object": "a.mp4"}


def drafted(document: Document) -> Draft:
    """The one draft of a document."""
    (draft,) = normalizer()(document)
    return draft


def review(event: str, **fields: str) -> Document:
    """A moderation in its Detail form."""
    details = {"JobId": "v1", "State": "Success", "Result": "0", "BucketId": INPUT["BucketId"],
               "Object": "a.jpg"} | fields  # fmt: skip
    return {"EventName": event, "JobsDetail": details}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (job(Tag="Transcode", Input=INPUT), "/jobs/j1"),
        (job(Tag="NobodyKnows", Input=INPUT), "/jobs/j1"),
        (job(Tag="PicProcess", Input=INPUT), "/pic_jobs/j1"),
        (job(Tag="Translation", Input=INPUT), "/ai_jobs/j1"),
        (job(Tag="WordsGeneralize", Input=INPUT), "/ai_jobs/j1"),
        (job(Tag="SpeechRecognition", Input=INPUT), "/asr_jobs/j1"),
        (job(Tag="DocProcess", Input=INPUT), "/doc_jobs/j1"),
        (job(Tag="FileHashCode", Input=INPUT), "/file_jobs/j1"),
        (job(Tag="FileUncompress", Input=INPUT), "/file_jobs/j1"),
        (job(Tag="FileCompress", Input=INPUT), "/file_jobs/j1"),
        (job(JobId="b1", Type="Job", Input=INPUT), "/inventorytriggerjob/b1"),
        (run(BucketId="test-123456789"), "/workflowexecution/i1"),
        (review("ReviewImage"), "/image/auditing/v1"),
        (review("ReviewVideo"), "/video/auditing/v1"),
        (review("ReviewVideo", Type="live_video"), "/video/auditing/v1"),
        (review("ReviewAudio"), "/audio/auditing/v1"),
        (review("ReviewText"), "/text/auditing/v1"),
        (review("ReviewDocument"), "/document/auditing/v1"),
        (review("ReviewHtml"), "/webpage/auditing/v1"),
    ],
)
def test_the_kind_decides_the_path(document: Document, path: str) -> None:
    """As the vendor's pages of its queries have them."""
    assert questions(drafted(document), PLACES) == [Question(HOST, path)]


@pytest.mark.parametrize(
    "document",
    [
        {"EventName": "Something", "JobId": "j1"},
        review("ReviewSomething"),
        {"code": 0, "message": "m", "data": {"trace_id": "t", "event": "ReviewImage", "result": 0}},
    ],
)
def test_what_has_no_query_is_not_asked_about(document: Document) -> None:
    """An unknown kind; and the Simple callback of an image, whose id is not that of a job."""
    assert questions(drafted(document), PLACES) == []


def test_without_an_input_every_bucket_is_asked() -> None:
    """The one that the output is in first: a job may write into another bucket than its own."""
    output = {"Bucket": "test-123456789", "Region": "ap-chongqing", "Object": "a.mp3"}
    document = job(Tag="Tts", Operation={"Output": output})
    assert questions(drafted(document), PLACES) == [
        Question(HOST, "/jobs/j1"),
        Question("https://other-123456789.ci.ap-beijing.myqcloud.com", "/jobs/j1"),
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"BucketId": "evil-1"}, "not listed"),
        ({"BucketId": "test-123456789.evil.example/"}, "not listed"),
        ({"BucketId": "TEST-123456789"}, "not listed"),
        ({"BucketId": "{bucket}"}, "not listed"),
        ({"BucketId": "169.254.169.254"}, "not listed"),
        ({"BucketId": "test-123456789", "Region": "ap-beijing"}, "another region"),
        ({"BucketId": "test-123456789", "Region": "x.evil.example#"}, "another region"),
        ({"BucketId": "test-123456789", "Region": "ap-chongqing@evil"}, "another region"),
    ],
)
def test_another_bucket_or_region_is_refused(given: dict[str, str], words: str) -> None:
    """They choose among what is configured, and are never put into an address."""
    with pytest.raises(Refused, match=words) as refused:
        questions(drafted(job(Tag="Transcode", Input=given)), PLACES)
    assert refused.value.check == "confirm"


@pytest.mark.parametrize(
    "job_id",
    [
        *("../admin", "j1/../../x", "j1?x=y", "j1#x", "j1,j2", "j1%2f..", "j1 x", "j1\r\nHost: x"),
        *("@evil", ".", "..", "-x", "订单", "j1;x", "j" * 129, "{bucket}", "j1\\x", "j1\0"),
    ],
)
def test_a_strange_id_is_not_asked_about(job_id: str) -> None:
    """It would ask something else, or more than one thing."""
    draft = structs.replace(drafted(job(Tag="Transcode", Input=INPUT)), subject=job_id)
    assert questions(draft, PLACES) == []


@given(
    job_id=st.text(min_size=1, max_size=20),
    bucket=st.text(max_size=20) | st.sampled_from([*REGIONS]),
    region=st.text(max_size=20) | st.sampled_from([*REGIONS.values()]),
    tag=st.text(max_size=20),
)
def test_nothing_of_a_callback_gets_into_the_host(
    job_id: str, bucket: str, region: str, tag: str
) -> None:
    """Whatever it says: the host is one of those configured, the path one id in one folder."""
    data = {"input": {"bucket": bucket, "region": region}, "bucket": bucket, "job": {}}
    draft = Draft("job", "t", job_id, None, "s", data, tag=tag)
    try:
        asked = questions(draft, PLACES)
    except Refused:
        return
    for origin, path in asked:
        url = urlsplit(origin + path)
        assert url.scheme == "https"
        assert url.netloc in {f"{name}.ci.{place}.myqcloud.com" for name, place in REGIONS.items()}
        assert (url.query, url.fragment, url.path) == ("", "", path)
        assert re.fullmatch("/[a-z_]+/[A-Za-z0-9=_-]+", path)
