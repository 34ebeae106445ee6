"""Callback → entry: total, all or nothing, one id for one content, and no secret kept."""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from gateway.core.coerce import ROOM
from gateway.core.errors import Ignored, Reason, Refused
from gateway.core.model import Callback, Document, Entry, Value
from gateway.core.pipeline import Receipted, Source, process, process_all
from gateway.core.provider import Draft
from tests.core.hostile import HOSTILE
from tests.laws.documents import xml
from tests.laws.generated import callbacks
from tests.sources import (
    BOUND,
    NAME,
    OPEN,
    RECEIVED_AT,
    SECRET,
    as_json,
    callback,
    entry,
    events,
    job,
    quarantine,
    run,
    source,
)

IDENTIFIER = re.compile("[0-9a-f]{32}").fullmatch


def strictly(text: bytes) -> Document:
    """Parsed by two strict parsers, which agree."""
    found: Document = orjson.loads(text)

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    assert json.loads(text, parse_constant=refuse) == found
    return found


def whole(made: Entry, body: bytes) -> None:
    """What holds of every entry."""
    assert (made.source, made.received_at, made.body) == (NAME, RECEIVED_AT, body)
    assert bool(made.events) != bool(made.quarantine)
    if made.quarantine is not None:
        assert IDENTIFIER(made.quarantine.id)
        assert len(made.quarantine.detail) <= 300
    for event in made.events:
        written = strictly(event.json)
        assert IDENTIFIER(event.id)
        assert written["id"] == event.id
        assert written["subject"] == written["partitionkey"] == event.subject
        assert 0 < len(event.subject) <= 256
        assert written["type"] == event.type
        assert written["data"].get("outcome", "") == event.outcome
        assert written["verifiedby"] == made.verified_by


@settings(deadline=None)
@given(st.one_of(st.binary(), st.sampled_from(sorted(body for body, _ in HOSTILE.values()))))
def test_any_bytes_with_a_right_token_are_an_entry(body: bytes) -> None:
    """Events or quarantine, and nothing else."""
    whole(entry(body), body)


@settings(deadline=None)
@given(st.binary(), st.one_of(st.none(), st.binary(max_size=40)))
def test_any_bytes_with_a_wrong_token_are_refused(body: bytes, token: bytes | None) -> None:
    """And nothing else; nothing is kept."""
    with pytest.raises(Refused):
        process(callback(body, token=token), OPEN)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(callbacks())
def test_any_callback_is_an_entry_in_both_wire_forms(document: Document) -> None:
    """However odd, with a check on the content or not."""
    for body in (as_json(document), xml(document)):
        whole(entry(body), body)
        with suppress(Refused):
            whole(entry(body, BOUND), body)


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=5,
)
_NAMES = ["Response", "EventName", "JobsDetail", "WorkflowExecution", "Operation", "JobId", "Tag"]
_NAMES += ["State", "Input", "Tasks", "Output", "MediaResult", "code", "data", "#text"]
_NAMED = st.recursive(
    st.one_of(st.sampled_from(["TaskFinish", "ReviewImage", "j1", None]), _JSON),
    lambda inner: st.dictionaries(
        st.sampled_from(_NAMES), st.one_of(inner, st.lists(inner, max_size=2)), max_size=3
    ),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(_NAMES), _NAMED, max_size=3))
def test_any_json_is_an_entry(document: Document) -> None:
    """The vendor's names in every place, and any JSON below them."""
    body = as_json(document)
    whole(entry(body), body)


def test_an_event_is_a_cloudevent() -> None:
    """Every attribute of the contract; nothing else."""
    (event,) = events(as_json(job(EndTime="2022-06-30T15:29:48+0800")))
    assert event == {
        "specversion": "1.0",
        "id": event["id"],
        "source": "/callbacks/media",
        "type": "com.tencentcloud.ci.job.finished",
        "subject": "j1",
        "time": "2022-06-30T15:29:48+08:00",
        "datacontenttype": "application/json",
        "dataschema": "urn:callback-gateway:tencent-ci:job:v1",
        "receivedtime": RECEIVED_AT,
        "verifiedby": "token",
        "partitionkey": "j1",
        "data": event["data"],
    }


def test_a_callback_without_a_time_happened_when_it_was_received() -> None:
    """Better than no time at all."""
    assert [event["time"] for event in events(as_json(job()))] == [RECEIVED_AT]


def identity(document: Value) -> list[str]:
    """The ids of a document's events."""
    return [event["id"] for event in events(as_json(document))]


def test_an_id_depends_on_the_content_alone() -> None:
    """Not on reception, headers, secret, checks, layout or the order of members."""
    document = job(Tag="Transcode", Code="Success", Input={"BucketId": "test-123456789"})
    body = as_json(document)
    same = {
        *identity(document),
        events(body, BOUND)[0]["id"],
        events(json.dumps(document, indent=3, sort_keys=True).encode())[0]["id"],
        events(xml(document))[0]["id"],
        process(
            structs.replace(
                callback(body, headers=[(b"X-A", b"1")]),
                received_at="2030-01-01T00:00:00.000000Z",
                peer="::1",
                query={"a": "b"},
            ),
            OPEN,
        )
        .entry.events[0]
        .id,
    }
    assert len(same) == 1


def test_every_difference_in_content_is_a_difference_in_id() -> None:
    """State, time, kind, an unknown field, a value's place."""
    documents = [
        job(),
        job(State="Failed"),
        job(Code="Success"),
        job(Message="Success"),
        job(Progress="1"),
        job(New="1"),
        job(New={"a": "1"}),
        job(New=["1", "2"]),
        job(New=["2", "1"]),
        job() | {"New": "1"},
        job() | {"EventName": "Other"},
        run(),
        run(RunId="j1"),
        {"EventName": "a"},
        {"EventName": "b"},
    ]
    assert len({made for document in documents for made in identity(document)}) == len(documents)


def test_several_jobs_are_one_event_each_in_order() -> None:
    """Each with the id it would have alone."""
    jobs = [{"JobId": f"j{n}", "State": "Success", "Progress": n} for n in (3, 1, 2)]
    document = {"EventName": "TaskFinish", "JobsDetail": jobs}
    assert [event["subject"] for event in events(as_json(document))] == ["j3", "j1", "j2"]
    alone = [identity(document | {"JobsDetail": one})[0] for one in jobs]
    assert identity(document) == alone
    assert [event["id"] for event in events(xml(document))] == alone


@pytest.mark.parametrize(
    "bad",
    [{"State": "Success"}, {"JobId": ["a", "b"]}, "text", ["x"], {"JobId": "j" * 257}],
)
def test_several_jobs_are_accepted_or_quarantined_together(bad: Value) -> None:
    """One that cannot be normalized takes the others with it, wherever it stands."""
    good = {"JobId": "j1", "State": "Success"}
    for jobs in ([good, bad], [bad, good], [good, bad, good]):
        body = as_json({"EventName": "TaskFinish", "JobsDetail": jobs})
        assert quarantine(body).reason in (Reason.SCHEMA, Reason.AMBIGUOUS)


@pytest.mark.parametrize("name", ["TaskFinish", "WorkflowFinish"])
@pytest.mark.parametrize("rest", [{}, {"Other": {"JobId": "j1"}}, {"JobsDetails": {"JobId": "j1"}}])
def test_a_finish_without_its_container_is_quarantined(name: str, rest: Document) -> None:
    """Its event would say nothing."""
    assert quarantine(as_json({"EventName": name} | rest)).reason == Reason.SCHEMA


@pytest.mark.parametrize("container", ["JobsDetail", "WorkflowExecution"])
@pytest.mark.parametrize("empty", [None, "", [], [None], "text", 1, ["a", "b"]])
def test_an_empty_container_is_quarantined(container: str, empty: Value) -> None:
    """Neither an object nor a list of objects."""
    body = as_json({"EventName": "TaskFinish", container: empty})
    assert quarantine(body).reason == Reason.SCHEMA


@pytest.mark.parametrize("missing", [None, "", " ", {}, [], {"a": "j1"}, {"@a": "j1"}])
def test_a_job_or_run_without_its_id_is_quarantined(missing: Value) -> None:
    """There is nothing to key it by."""
    assert quarantine(as_json(job(JobId=missing))).reason == Reason.SCHEMA
    assert quarantine(as_json(run(RunId=missing))).reason == Reason.SCHEMA


@pytest.mark.parametrize("name", ["JobId", "State", "Tag"])
@pytest.mark.parametrize("values", [["a", "b"], ["b", "a", "b"], ["a", {"b": "c"}], [1, 2]])
def test_a_job_whose_id_state_or_tag_is_given_twice_is_quarantined(
    name: str, values: list[Value]
) -> None:
    """Never the first or the last of several that differ."""
    assert quarantine(as_json(job(**{name: values}))).reason == Reason.AMBIGUOUS
    assert quarantine(xml(job(**{name: values}))).reason == Reason.AMBIGUOUS


@pytest.mark.parametrize("name", ["RunId", "State"])
def test_a_run_whose_id_or_state_is_given_twice_is_quarantined(name: str) -> None:
    """As a job."""
    assert quarantine(as_json(run(**{name: ["a", "b"]}))).reason == Reason.AMBIGUOUS


def test_an_event_name_that_is_given_twice_is_quarantined() -> None:
    """It decides of the kind."""
    for document in (job(), run(), {}):
        doubled = document | {"EventName": ["TaskFinish", "WorkflowFinish"]}
        assert quarantine(as_json(doubled)).reason == Reason.AMBIGUOUS


def test_what_is_given_twice_and_agrees_is_accepted() -> None:
    """A repeat says nothing new."""
    doubled = job(JobId=["j1", " j1 "], State=["Success", "Success"], Tag=["Tts", "Tts"])
    assert identity(doubled | {"EventName": ["TaskFinish"] * 2}) == identity(job(Tag="Tts"))


def test_a_subject_has_at_most_256_characters() -> None:
    """It is a Kafka key."""
    (event,) = events(as_json(job(JobId="é" * 256)))
    assert event["subject"] == "é" * 256
    assert quarantine(as_json(job(JobId="j" * 257))).reason == Reason.SCHEMA
    assert quarantine(as_json(run(RunId="i" * 257))).reason == Reason.SCHEMA


def test_an_unknown_tag_is_an_event_of_the_general_schema() -> None:
    """Its Operation is kept as text under its own names."""
    (event,) = events(as_json(job(Tag="Hologram", Operation={"Level": 3, "Beams": [{"a": True}]})))
    assert event["dataschema"] == "urn:callback-gateway:tencent-ci:job:v1"
    assert event["data"]["job"]["tag"] == "Hologram"
    assert event["data"]["detail"] == {"Level": "3", "Beams": {"a": "true"}}


@pytest.mark.parametrize("tag", ["", "job", "../job", "transcode:v1", "İ", "x" * 10_000, "\0"])
def test_a_strange_tag_is_no_way_to_another_schema(tag: str) -> None:
    """It is compared with the published ones, and nothing else."""
    (event,) = events(as_json(job(Tag=tag)))
    assert event["dataschema"] == "urn:callback-gateway:tencent-ci:job:v1"


def test_an_event_of_an_unknown_kind_is_kept_whole() -> None:
    """Its subject and key are its own id."""
    (event,) = events(
        as_json({"EventName": "NewFinish", "New": {"Id": 7, "Of": ["a", "b"]}, "X": 1.50})
    )
    assert event["type"] == "com.tencentcloud.ci.event.received"
    assert event["dataschema"] == "urn:callback-gateway:tencent-ci:event:v1"
    assert event["subject"] == event["partitionkey"] == event["id"]
    assert event["data"] == {
        "provider": "tencent-ci",
        "event_name": "NewFinish",
        "extra": {"New.Id": "7", "New.Of[0]": "a", "New.Of[1]": "b", "X": "1.5"},
    }


@pytest.mark.parametrize("document", [{}, [], [1], [[]], {"a": None}, ["a", {"b": "c"}], {"": ""}])
def test_any_other_document_is_an_event_too(document: Value) -> None:
    """Authentic and well-formed: it is kept."""
    (event,) = events(as_json(document))
    assert event["type"] == "com.tencentcloud.ci.event.received"


def test_verifiedby_names_the_checks_that_passed() -> None:
    """In events and in quarantine."""
    named = job(Input={"BucketId": "test-123456789"})
    assert entry(as_json(named)).verified_by == "token"
    assert entry(as_json(named), BOUND).verified_by == "token,bucket"
    nameless = job(Input={"BucketId": "test-123456789"}, JobId="")
    assert entry(as_json(nameless), BOUND).verified_by == "token,bucket"
    assert entry(b"<", BOUND).verified_by == "token"


def test_proofs_tell_which_secret_was_used() -> None:
    """For the metric that lets an old secret be retired."""
    rotating = source(secrets=[b"new-secret", SECRET])
    assert [proof.secret for proof in process(callback(b"{}"), rotating).proofs] == [1]


SECRET_HEADERS: Sequence[tuple[bytes, bytes]] = [
    (b"Authorization", b"Basic canary"),
    (b"proxy-AUTHORIZATION", b"canary"),
    (b"Cookie", b"a=canary"),
    (b"Set-Cookie", b"a=canary"),
    (b"X-Api-Key", b"canary"),
    (b"x-apikey", b"canary"),
    (b"X_Api_Key", b"canary"),
    (b"X-Auth-Token", b"canary"),
    (b"X-Cos-Security-Token", b"canary"),
    (b"X-Client-Secret", b"canary"),
    (b"X-Password", b"canary"),
    (b"X-Amz-Credential", b"canary"),
]
ADDRESSES: Sequence[tuple[bytes, bytes]] = [
    (b"X-Forwarded-Uri", b"/callbacks/media/" + SECRET),
    (b"X-Original-URL", b"/callbacks/media?token=" + SECRET),
    (b"X-Envoy-Original-Path", b"/callbacks/media/" + SECRET + b"?a=b"),
    (b"X-Rewrite-Url", b"/callbacks/media/" + SECRET),
    (b"Referer", b"https://gateway.example.com/callbacks/media/" + SECRET),
    (b"Forwarded", b'for=192.0.2.1;path="/callbacks/media/' + SECRET + b'"'),
    (b"X-Escaped", b"/callbacks/media/6%66" + SECRET[2:]),
]
PLAIN: Sequence[tuple[bytes, bytes]] = [
    (b"Content-Type", b"application/xml"),
    (b"X-Forwarded-For", b"192.0.2.1"),
    (b"X-Odd", b"caf\xe9 \xff\x00"),
    (b"X-Twice", b"1"),
    (b"x-twice", b"2"),
]


@pytest.mark.parametrize("secret", [*SECRET_HEADERS, *ADDRESSES], ids=lambda pair: pair[0].decode())
def test_a_header_that_carries_a_secret_is_not_kept(secret: tuple[bytes, bytes]) -> None:
    """By its name, or because a proxy wrote the callback's own address into it."""
    kept = process(callback(b"{}", headers=[*PLAIN, secret]), OPEN).entry.headers
    assert json.loads(kept) == [[k.decode("latin-1"), v.decode("latin-1")] for k, v in PLAIN]


def test_other_headers_are_kept_in_order_and_repeated() -> None:
    """Whatever bytes they hold; none is no mistake."""
    kept = process(callback(b"<", headers=PLAIN), OPEN).entry.headers
    assert json.loads(kept) == [[k.decode("latin-1"), v.decode("latin-1")] for k, v in PLAIN]
    assert json.loads(process(callback(b"{}"), OPEN).entry.headers) == []


def test_the_url_s_secret_is_nowhere_in_an_entry() -> None:
    """Neither in events, headers, quarantine nor proofs."""
    for body in (as_json(job()), b"<", b"", as_json({"EventName": "TaskFinish"})):
        made = process(callback(body, headers=[*ADDRESSES, *PLAIN]), OPEN)
        assert SECRET.decode() not in repr(made)


def test_a_quarantine_is_named_by_source_and_body() -> None:
    """The same unreadable callback twice is one; the same bytes at another source are another."""
    first = quarantine(b"<a")
    other = process(structs.replace(callback(b"<a"), source="other"), OPEN).entry.quarantine
    assert quarantine(b"<a") == first
    assert other is not None
    assert len({first.id, other.id, quarantine(b"<b").id}) == 3


def test_a_body_of_one_megabyte_takes_little_more_than_its_size() -> None:
    """A job with 20,000 outputs, and one with 60,000 unknown fields."""
    names = [f"output/{at}.ts" for at in range(20_000)]
    file = {"Bucket": "b-1", "ObjectName": names, "Md5Info": [{"ObjectName": n} for n in names]}
    (event,) = events(as_json(job(Tag="Segment", Operation={"MediaResult": {"OutputFile": file}})))
    assert len(event["data"]["outputs"]) == 20_000
    (other,) = events(as_json(job(**{f"field{at}": at for at in range(60_000)})))
    assert len(other["data"]["extra"]) == 60_000


def _beside(jobs: int, others: int) -> bytes:
    """Many jobs, and much beside them."""
    fields = {f"X{at}": "1" for at in range(others)}
    return as_json(fields | {"JobsDetail": [{"JobId": f"j{at}"} for at in range(jobs)]})


@pytest.mark.parametrize(
    "body",
    [
        _beside(240, 1_200),
        as_json({"EventName": "New", "x" * 8_000: ["1"] * 4_000}),
        as_json({"EventName": "New", "x" * 8_000: {f"a{at}": "1" for at in range(4_000)}}),
        as_json(job(**{"x" * 8_000: ["1"] * 4_000})),
        as_json(job(Tag="Tts", Operation={"TtsTpl": {"Volume": {"x" * 8_000: ["1"] * 4_000}}})),
        xml({"EventName": "New", "x" * 8_000: {"a": ["1"] * 4_000}}),
    ],
    ids=["much beside many jobs", "long name", "long name above", "in a job", "in a detail", "xml"],
)
def test_no_callback_makes_much_more_than_it_brings(body: bytes) -> None:
    """Neither repeats of what stands beside jobs nor long names in paths: memory has a bound."""
    made = entry(body)
    assert sum(len(event.json) for event in made.events) < ROOM + 64 * len(body)


def test_many_small_jobs_cost_in_proportion() -> None:
    """23,000 of them in a body of 1 MB are 23,000 events."""
    body = _beside(23_000, 0)
    made = entry(body)
    assert made.quarantine is not None or len(made.events) == 23_000


def outcome(sent: Callback, where: Source) -> Receipted | Exception:
    """What `process` returns or raises."""
    try:
        return process(sent, where)
    except Exception as error:  # noqa: BLE001 - a bug's too
        return error


def comparable(found: Receipted | Exception) -> object:
    """Two errors are equal when they say the same."""
    return (type(found), str(found)) if isinstance(found, Exception) else found


def test_together_each_is_what_it_is_alone() -> None:
    """Accepted, quarantined, refused by an envelope or a content check, ignored, or broken."""

    def fail(_document: Value) -> list[Draft]:
        raise RuntimeError("canary")

    made, broken = source(), replace(source(), normalize=fail)
    good, probe = as_json(job(Tag="Transcode")), b"<canary/>"
    together = [
        *((callback(body, token=SECRET), made) for body, _reason in HOSTILE.values()),
        *((callback(good, token=token), made) for token in (SECRET, b"wrong", None)),
        *((callback(good, token=SECRET), which) for which in (BOUND, broken, OPEN)),
        (callback(probe, token=SECRET), replace(made, is_probe=lambda _document: True)),
        (callback(good, token=SECRET), replace(made, envelope=[])),
    ]
    alone = [outcome(sent, where) for sent, where in together]
    assert [*map(comparable, process_all(together))] == [*map(comparable, alone)]
    assert {type(each) for each in alone} == {Receipted, Refused, Ignored, RuntimeError}
    assert process_all([]) == []
