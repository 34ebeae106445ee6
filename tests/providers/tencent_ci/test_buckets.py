"""A source that is bound to buckets publishes no event of another, whatever shape it comes in."""

import pytest

from gateway.core.errors import Refused
from gateway.core.model import Document
from gateway.core.pipeline import process
from tests.laws.documents import xml
from tests.sources import as_json, callback, datas, events, job, run, source

BOUND = source(["good-1"])
FOREIGN = "evil-1"


@pytest.mark.parametrize(
    "node",
    [
        {"Input": {"BucketId": "good-1"}},
        {"Input": {"Bucket": "good-1"}},
        {"Input": {"BucketId": " good-1\n"}},
        {"Input": {"BucketId": ["good-1"]}},
        {"Input": {"BucketId": {"@a": "1", "#text": "good-1"}}},
        {"Input": [{"BucketId": "good-1"}]},
        {"Input": {"BucketId": "good-1"}, "Operation": {"Output": {"Bucket": "out-1"}}},
        {"Input": {"BucketId": ""}, "Operation": {"Output": {"Bucket": "good-1"}}},
        {"Input": {"Object": "a"}, "Operation": {"Output": {"Bucket": "good-1"}}},
        {"Operation": {"Input": {"BucketId": "good-1"}, "Output": {"Bucket": "out-1"}}},
        {"Operation": {"Output": {"Bucket": "good-1"}}},
        {"Operation": {"MediaResult": {"OutputFile": {"Bucket": "good-1"}}}},
        {"Operation": [{"Output": [{"Bucket": ["good-1"]}]}]},
        {"Operation": {"FileCompressResult": {"Bucket": "good-1"}}},
        {"Operation": {"FileUncompressResult": {"Bucket": "good-1"}}},
        {"Operation": {"Output": {"Bucket": "good-1"}, "FileCompressResult": {"Bucket": "x-1"}}},
    ],
)
@pytest.mark.parametrize("tag", ["", "Transcode"])
def test_a_job_is_of_the_bucket_of_its_input_else_of_its_output(node: Document, tag: str) -> None:
    """Under either name, in either wire form, as the vendor's manuals and examples have it."""
    document = job(**node, Tag=tag)
    assert [data["bucket"] for data in datas(document)] == ["good-1"]
    for body in (as_json(document), as_json({"Response": document}), xml(document)):
        assert len(events(body, BOUND)) == 1


@pytest.mark.parametrize("name", ["BucketId", "Bucket"])
def test_a_run_is_of_its_own_bucket(name: str) -> None:
    """WorkflowExecution has no Input."""
    assert len(events(as_json(run(**{name: "good-1"})), BOUND)) == 1


SMUGGLED: list[Document] = [
    job(Input={"Bucket": FOREIGN, "BucketId": "good-1"}),
    job(Input={"BucketId": "good-1", "Bucket": FOREIGN}),
    job(Input={"BucketId": ["good-1", FOREIGN]}),
    job(Input={"BucketId": {"@a": "1", "#text": FOREIGN}}, Operation={"Output": "good-1"}),
    job(Input={"BucketId": [{"@a": "1", "#text": FOREIGN}]}, BucketId="good-1"),
    job(Input=[{"BucketId": "good-1"}, {"a": "b"}], Operation={"Output": {"Bucket": FOREIGN}}),
    job(Input=[{"BucketId": FOREIGN}], Operation={"Output": {"Bucket": "good-1"}}),
    job(Operation={"Input": {"BucketId": FOREIGN}, "Output": {"Bucket": "good-1"}}),
    job(Operation=[{"Input": {"BucketId": FOREIGN}, "Output": {"Bucket": "good-1"}}]),
    job(Operation={"Input": {"Bucket": FOREIGN}, "Output": {"Bucket": "good-1"}}),
    job(Input={"Region": "x"}, Operation={"Input": {"BucketId": FOREIGN}}, BucketId="good-1"),
    job(Input={"BucketId": "good-1"}, Operation={"Input": {"BucketId": FOREIGN}}),
    job(BucketId="good-1", Operation={"Output": {"Bucket": FOREIGN}}),
    job(Bucket="good-1", Operation={"MediaResult": {"OutputFile": {"Bucket": FOREIGN}}}),
    job(Input="x", Bucket="good-1", Operation={"Output": {"Bucket": FOREIGN}}),
    job(Operation={"Output": [{"Bucket": FOREIGN}]}, BucketId="good-1"),
    run(BucketId=FOREIGN, Input={"BucketId": "good-1"}),
    run(Bucket=FOREIGN, Input={"Bucket": "good-1"}),
    run(Bucket=FOREIGN, BucketId="good-1"),
    run(BucketId=FOREIGN, Operation={"Output": {"Bucket": "good-1"}}),
    run(BucketId=[FOREIGN, "good-1"]),
    run(BucketId="good-1") | {"JobsDetail": {"JobId": "j1", "Input": {"BucketId": FOREIGN}}},
    {"Response": job(Input={"BucketId": FOREIGN}), "JobsDetail": {"Input": {"BucketId": "good-1"}}},
    {"Response": run(BucketId=FOREIGN), **job(Input={"BucketId": "good-1"})},
    job(Input={"BucketId": "good-1"}) | {"Response": job(Input={"BucketId": FOREIGN})},
]


@pytest.mark.parametrize("document", SMUGGLED, ids=repr)
def test_no_shape_shows_the_check_one_bucket_and_the_consumer_another(document: Document) -> None:
    """Refused, or an event that is of the good bucket."""
    bodies = [as_json(document)] + [xml(document)] * ("Response" not in document)
    for body in bodies:
        try:
            made = process(callback(body), BOUND).entry
        except Refused:
            continue
        for event in made.events:
            assert f'"bucket":"{FOREIGN}"'.encode() not in event.json.partition(b'"outputs"')[0]
