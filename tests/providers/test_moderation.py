"""Moderation callbacks: what is one, whose it is, and above all that nothing passes by accident."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.errors import Ignored, Reason, Refused
from gateway.core.model import Document, Value
from gateway.providers.tencent_ci.moderation import is_moderation, is_probe
from gateway.providers.tencent_ci.root import Root
from tests.laws.documents import Path, empties, leaves, meaning, replaced, xml
from tests.laws.generated import LEAVES, ODD, odd, of_schema, often, some
from tests.sources import BOUND, as_json, datas, entry, events, quarantine

LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SCHEMA = "urn:callback-gateway:tencent-ci:moderation:v1"
ADDRESS = "https://test-123456789.cos.ap-chongqing.myqcloud.com/a/b.jpg"
PROBE = "Test request when setting callback url"
OTHER_THAN_A_VERDICT: list[Value] = [None, "", " ", "3", "-1", "1.5", "normal", True, {}, []]


def detail(**fields: Value) -> Document:
    """A Detail callback: job `m1`, Success, and `fields` in the vendor's names."""
    job = {"JobId": "m1", "State": "Success"} | fields
    return {"EventName": "ReviewImage", "JobsDetail": job}


def simple(code: Value = 0, **fields: Value) -> Document:
    """A Simple callback: trace `m1` and `fields` in the vendor's names."""
    return {"code": code, "message": "success", "data": {"trace_id": "m1"} | fields}


def data(document: Document) -> Document:
    """The data of the one event of a document."""
    (found,) = datas(document)
    return found


def found_in(document: Document) -> Document:
    """The `moderation` of the one event of a document."""
    found: Document = data(document)["moderation"]
    return found


def known(document: Value) -> bool:
    """Whether a document is taken for a moderation callback."""
    return is_moderation(Root.of(document), document)


# What is one


@pytest.mark.parametrize(
    "document",
    [
        detail(),
        {"Response": detail()},
        {"EventName": "ReviewAnything", "JobsDetail": [{"JobId": "m1"}, {"JobId": "m2"}]},
        {"JobsDetail": {"JobId": "m1", "Result": 0}},
        {"EventName": "TaskFinish", "JobsDetail": [{"Suggestion": "1"}, {"ForbidState": 0}]},
        {"JobsDetail": [{"Result": 1}, {"State": "Failed", "BucketId": "b-1", "Object": "a"}]},
        {"JobsDetail": {"State": "Failed", "Code": "InternalError", "Url": ADDRESS}},
        {"JobsDetail": [{"Result": 1}, {}]},
        simple(),
        {"data": [{"result": 0}]},
        {"code": 1000, "data": {"event": "ReviewImage", "url": ADDRESS}},
        {"Response": simple()},
    ],
)
def test_a_moderation_is_known_by_its_name_or_its_verdict(document: Document) -> None:
    """Detail by an EventName `Review…`, or without a Tag by a verdict, or nameless by what was to
    be judged, which jobs have in their Input; Simple by its `data`, in which its name stands."""
    assert known(document)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"EventName": "ReviewImage"},
        {"EventName": "ReviewImage", "JobsDetail": None},
        {"EventName": "ReviewImage", "JobsDetail": "text"},
        {"EventName": "TaskFinish", "JobsDetail": {"JobId": "j1", "Tag": "Snapshot"}},
        {"EventName": "TaskFinish", "JobsDetail": {"JobId": "a1", "Operation": {"Result": 1}}},
        {
            "EventName": "TaskFinish",
            "JobsDetail": {"JobId": "a1", "Operation": {"SCF": "1"}, "Result": 0},
        },
        {"JobsDetail": [{"JobId": "m1", "Result": 0}, {"JobId": "j1", "Tag": "Snapshot"}]},
        {"JobsDetail": {"JobId": "j1", "Tag": "Snapshot", "Result": 0}},
        {"JobsDetail": {"JobId": "j1", "Result": None}},
        {"JobsDetail": {"JobId": "j1", "State": "Failed", "Input": {"BucketId": "b-1"}}},
        {"EventName": "TaskFinish", "JobsDetail": {"JobId": "j1", "Url": ADDRESS}},
        {"JobsDetail": {"JobId": "j1", "Url": ADDRESS, "Operation": {"UserData": "u"}}},
        {"data": "m1"},
        {"data": {"id": "m1"}},
        {"data": {"id": "m1", "event": "Other"}},
        {"data": {"id": "m1", "event": {"Review": "1"}}},
        {"data": [{"trace_id": "m1"}, {"id": "m1"}]},
        {"WorkflowExecution": {"RunId": "i1"}},
    ],
)
def test_nothing_else_is_a_moderation(document: Value) -> None:
    """Jobs have a Tag, and what has neither a name nor a verdict is no moderation."""
    assert not known(document)


def test_a_container_that_is_no_object_is_against_the_schema() -> None:
    """The callback is kept whole, with the reason."""
    document = {"EventName": "ReviewImage", "JobsDetail": "text"}
    assert quarantine(as_json(document)).reason is Reason.SCHEMA


@pytest.mark.parametrize("empty", [{}, [{}], None])
def test_an_empty_container_is_none(empty: Value) -> None:
    """As in XML, which cannot tell an empty object from an empty text: no moderation is made up."""
    document = {"EventName": "ReviewImage", "JobsDetail": empty}
    assert not known(document)
    assert entry(as_json(document)).events == entry(xml(document)).events


# Probes


def test_a_probe_is_known_by_its_message_and_its_id() -> None:
    """Also wrapped, and whatever else the console says in it."""
    probe = simple() | {"message": PROBE, "data": {"trace_id": "test_trace_id"}}
    assert is_probe(probe)
    assert is_probe({"Response": probe})
    with pytest.raises(Ignored):
        entry(as_json(probe))


def test_a_probe_is_one_also_where_its_texts_are_lists_of_one() -> None:
    """XML cannot tell them from the texts, so JSON does not either."""
    probe = simple() | {"message": [PROBE], "data": [{"trace_id": ["test_trace_id"]}]}
    assert is_probe(probe)
    assert not is_probe(probe | {"message": [PROBE, PROBE]})


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        detail(),
        simple(),
        simple(trace_id="test_trace_id"),
        simple() | {"message": PROBE},
        {"message": PROBE},
        {"message": PROBE, "data": "test_trace_id"},
        {"message": PROBE, "data": [{"trace_id": "test_trace_id"}, {"trace_id": "m1"}]},
    ],
)
def test_half_a_probe_is_none(document: Value) -> None:
    """What may be about something real is never ignored."""
    assert not is_probe(document)


# Buckets


def test_a_moderation_of_another_bucket_is_refused() -> None:
    """In Simple the address of the content is all there is to check, in Detail only BucketId."""
    named = {"BucketId": "test-123456789"}
    for document in (simple(url=ADDRESS), detail(**named), detail(**named, Object="a")):
        assert entry(as_json(document), BOUND).events
    evil = {"BucketId": "evil-123456789"}
    for document in (detail(**evil), detail(**evil, Object="a"), detail(Url=ADDRESS), detail()):
        with pytest.raises(Refused):
            entry(as_json(document), BOUND)
    for url in (ADDRESS.replace("test-", "evil-"), "https://example.com/a.jpg"):
        with pytest.raises(Refused):
            entry(as_json(simple(url=url)), BOUND)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (ADDRESS, ("test-123456789", "ap-chongqing", "a/b.jpg")),
        ("http://a-b-1.ci.eu-frankfurt.myqcloud.com", ("a-b-1", "eu-frankfurt", None)),
        ("https://a-1.pic.ap-x.myqcloud.com/", ("a-1", "ap-x", None)),
        ("https://a-1.cos.accelerate.myqcloud.com/b?c#d", ("a-1", None, "b")),
        ("HTTPS://A-1.COS-INTERNAL.AP-X.tencentcos.cn:443//B", ("a-1", "ap-x", "B")),
        ("https://a-1.cos.ap-x.myqcloud.com/%E7%A4%BA%20+", ("a-1", "ap-x", "示 +")),
        ("https://a-1.cos.ap-x.myqcloud.com/%FF", ("a-1", "ap-x", "%FF")),
        ("https://a-1.cos.ap-x.myqcloud.com@example.com/b", (None, None, None)),
        ("https://a-1.cos.ap-x.myqcloud.com.example.com/b", (None, None, None)),
        ("https://example.com/https://a-1.cos.ap-x.myqcloud.com/b", (None, None, None)),
        ("https://a.cos.ap-x.myqcloud.com/b", (None, None, None)),
        ("https://[", (None, None, None)),
    ],
)
def test_an_address_tells_the_object(url: str, expected: tuple[str | None, ...]) -> None:
    """Through each of the bucket's hosts, and no host that only looks like one."""
    found = data(simple(url=url))
    key = found["input"].get("key")
    assert (found.get("bucket"), found.get("region"), key) == expected
    assert found["input"]["url"] == url
    assert found["input"].get("bucket") == (found.get("bucket") if key else None)


# Verdicts


@pytest.mark.parametrize(("result", "verdict"), [(0, "pass"), ("1", "block"), (2.0, "review")])
def test_a_verdict_is_what_the_vendor_says(result: Value, verdict: str) -> None:
    """`Result`, or `Suggestion` in documents and web pages, or `result` in Simple."""
    assert found_in(detail(Result=result))["verdict"] == verdict
    assert found_in(detail(Suggestion=result))["verdict"] == verdict
    assert found_in(detail(Suggestion=result, Result=result))["verdict"] == verdict
    assert found_in(simple(result=result))["verdict"] == verdict


@pytest.mark.parametrize("result", OTHER_THAN_A_VERDICT)
def test_a_missing_or_strange_verdict_is_unknown(result: Value) -> None:
    """Whatever the rest says: 0 is the zero value of a number."""
    assert found_in(detail(Label="Normal", Result=result))["verdict"] == "unknown"
    assert found_in(simple(result=result))["verdict"] == "unknown"
    (scene,) = found_in(detail(PornInfo={"HitFlag": result, "Score": 0}))["scenes"]
    assert scene["verdict"] == "unknown"


def test_two_verdicts_that_disagree_are_unknown() -> None:
    """Both stay in the detail."""
    assert found_in(detail(Result=0, Suggestion=1))["verdict"] == "unknown"


@pytest.mark.parametrize("flag", [1, 2])
def test_what_was_hit_passes_nothing(flag: int) -> None:
    """A whole that says 0 beside a scene that does not: two different things are said."""
    hit = {"PornInfo": {"HitFlag": flag, "Score": 99}}
    found = found_in(detail(Result=0, Snapshot=[{"Result": 0, **hit}], **hit))
    assert [found["verdict"], found["snapshots"][0]["verdict"]] == ["unknown"] * 2
    assert found_in(simple(porn_info={"hit_flag": flag}, result=0))["verdict"] == "unknown"


def test_a_scene_that_could_not_be_judged_passes_nothing() -> None:
    """Its own flag is what a flag is before anybody has set it, and what the whole says is then of
    the other scenes."""
    failed = {"PornInfo": {"Code": -65007, "Msg": "decode failed", "HitFlag": 0}}
    clean = {"AdsInfo": {"Code": 0, "HitFlag": 0}}
    found = found_in(detail(Result=0, **failed, **clean))
    assert found["verdict"] == "unknown"
    assert {each["scene"]: each["verdict"] for each in found["scenes"]} == {
        "ads": "pass",
        "porn": "unknown",
    }
    assert found_in(detail(Result=1, **failed))["verdict"] == "block"
    assert found_in(detail(Result=0, Snapshot=[{"Url": "u"}], **clean))["verdict"] == "pass"


@pytest.mark.parametrize(
    "piece",
    [
        {"Snapshot": [{"Url": "u", "Result": 0}, {"Url": "u", "Result": 1}]},
        {"Section": [{"Result": 2}]},
        {"PageSegment": {"Results": [{"Suggestion": 1}]}},
    ],
)
def test_a_piece_that_was_hit_passes_nothing(piece: Document) -> None:
    """As a scene."""
    assert found_in(detail(Result=0, **piece))["verdict"] == "unknown"
    assert found_in(detail(Result=1, **piece))["verdict"] == "block"


@pytest.mark.parametrize(
    "piece",
    [
        {"Url": "u"},
        {"Url": "u", "PornInfo": {"HitFlag": 0, "Score": 3, "Label": "x"}},
        {"Label": "Normal", "LanguageResults": [{"Label": "cmn", "Score": 98}]},
    ],
)
def test_a_piece_without_a_verdict_contradicts_nothing(piece: Document) -> None:
    """The vendor leaves it out of segments of sound."""
    found = found_in(detail(Result=0, Snapshot=[piece], Section=[piece]))
    assert found["verdict"] == "pass"
    assert [found["snapshots"][0]["verdict"], found["segments"][0]["verdict"]] == ["unknown"] * 2


def test_a_harmful_label_passes_nothing() -> None:
    """`Normal` is the label of what passes, of the whole and of its pieces."""
    normal, harmful = {"Label": "Normal", "Score": 3}, {"Label": "Porn", "Score": 99}
    assert found_in(detail(Result=0, **normal))["verdict"] == "pass"
    assert found_in(detail(Result=0, **harmful))["verdict"] == "unknown"
    assert found_in(detail(Result=0, Section=[{"Result": 0, **harmful}]))["verdict"] == "unknown"
    assert found_in(detail(Result=0, Label=["Normal", "Porn"]))["verdict"] == "unknown"


def test_what_is_frozen_may_pass() -> None:
    """The submitter has told from which score on an object is frozen; nobody else thinks so."""
    found = found_in(detail(Result=0, ForbidState=1))
    assert (found["verdict"], found["forbid_state"]) == ("pass", 1)


@pytest.mark.parametrize(
    "odd",
    [
        {"PornInfo": [{"HitFlag": 1, "Score": 99}, {"HitFlag": 0}]},
        {"PornInfo": {"HitFlag": "yes"}},
        {"Snapshot": [{"Result": 0, "PornInfo": [{"HitFlag": 1}, {"HitFlag": 0}]}]},
        {"Snapshot": [{"Result": [0, 1]}]},
        {"PornInfo": {"HitFlag": [0, 1]}},
        {"PornInfo": {"HitFlag": 0, "Code": "DownloadFailed"}},
        {"PornInfo": [{"of\nfraud": {"HitFlag": 1}}, {"HitFlag": 0}]},
    ],
)
def test_what_judges_and_cannot_be_read_passes_nothing(odd: Document) -> None:
    """It is aside, as it was said; or in the detail, where no schema knows it."""
    assert found_in(detail(Result=0, **odd))["verdict"] == "unknown"
    assert found_in(detail(Result=0, Extra=odd))["verdict"] == "unknown"


@pytest.mark.parametrize("state", ["Failed", "Submitted", "Snapshoting", "Auditing", "Odd", None])
def test_what_did_not_succeed_passes_nothing(state: Value) -> None:
    """A job that failed may still say 0, but a hit is a hit."""
    flags = {"HitFlag": 0}
    found = found_in(detail(State=state, Result=0, PornInfo=flags, Section=[{"Result": 0}]))
    assert [found["verdict"], found["scenes"][0]["verdict"], found["segments"][0]["verdict"]] == [
        "unknown"
    ] * 3
    assert found_in(detail(State=state, Result=1))["verdict"] == "block"


@pytest.mark.parametrize("code", [1, "-1", "x", None, ""])
def test_a_simple_one_passes_only_with_code_0(code: Value) -> None:
    """Any other code is an error."""
    found = data(simple(code, result=0))
    assert found["outcome"] == ("failure" if code else "unknown")
    assert found["moderation"]["verdict"] == "unknown"


def test_a_simple_one_that_failed_may_have_neither_id_nor_result() -> None:
    """Its name tells what it is, and its code how it ended."""
    failed = {"code": -65010, "message": "x", "data": {"event": "ReviewImage", "url": ADDRESS}}
    (event,) = events(as_json(failed))
    assert (event["type"], event["subject"]) == (
        "com.tencentcloud.ci.moderation.finished",
        event["id"],
    )
    assert event["data"]["outcome"] == "failure"
    assert event["data"]["moderation"] == {"kind": "image", "verdict": "unknown"}
    assert event["data"]["bucket"] == "test-123456789"


def test_a_scene_that_could_not_be_checked_passes_nothing() -> None:
    """It says so in a Code of its own."""
    infos = {"AdsInfo": {"Code": 0, "HitFlag": 0}, "PornInfo": {"Code": 7, "HitFlag": 0}}
    scenes = found_in(detail(Result=0, **infos))["scenes"]
    assert scenes == [
        {"scene": "ads", "verdict": "pass"},
        {"scene": "porn", "verdict": "unknown"},
    ]


@pytest.mark.parametrize("name", ["JobId", "State", "Type", "Result", "Suggestion"])
def test_what_decides_may_not_be_said_twice(name: str) -> None:
    """Neither the first nor the last of several that differ decides."""
    document = detail(**{name: ["1", "2"]})
    assert quarantine(as_json(document)).reason is Reason.AMBIGUOUS


@pytest.mark.parametrize("name", ["trace_id", "event", "result"])
def test_what_decides_of_a_simple_one_may_not_be_said_twice(name: str) -> None:
    """Its code is told once for all of it: repeated, it is no success."""
    document = simple(**{name: ["1", "2"]})
    assert quarantine(as_json(document)).reason is Reason.AMBIGUOUS
    assert data(simple([0, 1]))["outcome"] == "unknown"


# What was found


@pytest.mark.parametrize(
    ("event_name", "kind"),
    [
        ("ReviewImage", "image"),
        ("ReviewVideo", "video"),
        ("ReviewAudio", "audio"),
        ("ReviewText", "text"),
        ("ReviewDocument", "document"),
        ("ReviewHtml", "html"),
        ("ReviewVirus", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_event_name_tells_the_kind(event_name: str | None, kind: str) -> None:
    """In both forms; a live stream has the name of a video and a Type."""
    assert found_in(detail(Result=0) | {"EventName": event_name})["kind"] == kind
    assert found_in(simple(event=event_name))["kind"] == kind
    live = detail(Result=0, Type="live_video") | {"EventName": event_name}
    assert found_in(live)["kind"] == "live"


def test_poor_quality_is_a_scene() -> None:
    """Of both forms, with its score."""
    scene = {"scene": "quality", "verdict": "block", "score": 95.0}
    assert found_in(detail(QualityInfo={"HitFlag": "1", "Score": "95"}))["scenes"] == [scene]
    assert found_in(simple(quality_info={"hit_flag": 1, "score": 95}))["scenes"] == [scene]


def test_scenes_are_known_by_their_form() -> None:
    """Also one that no schema has: its verdict counts, its numbers stay in the detail as text."""
    infos = {
        "TerroristInfo": {"Score": 3},
        "HateInfo": {"HitFlag": "1", "Score": "99", "Label": "x", "Keywords": ["a", {"b": "c"}]},
        "UserInfo": {"TokenId": "t"},
        "MaskInfo": {"Code": "0"},
        "OddInfo": "text",
    }
    assert found_in(detail(**infos))["scenes"] == [
        {"scene": "hate", "verdict": "block", "label": "x", "keywords": ["a"]},
        {"scene": "terrorism", "verdict": "unknown", "score": 3.0},
    ]


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ("a", ["a"]),
        ("a, b，c,", ["a", "b", "c"]),
        (["a", "b,c"], ["a", "b,c"]),
        (["a,b"], ["a", "b"]),
        (",", None),
        ("", None),
    ],
)
def test_keywords_are_a_list(keywords: Value, expected: list[str] | None) -> None:
    """A text with commas in one place, an array in another."""
    (scene,) = found_in(detail(PornInfo={"HitFlag": 1, "Keywords": keywords}))["scenes"]
    assert scene.get("keywords") == expected


def test_labels_are_the_scenes_of_documents() -> None:
    """Which have none beside them."""
    found = found_in(detail(Labels={"AdsInfo": {"HitFlag": 2}}))
    assert found["scenes"] == [{"scene": "ads", "verdict": "review"}]


# Links


def snapshot(**fields: Value) -> Document:
    """The one snapshot of a callback."""
    url = {"Url": "https://example.com/0.jpg"}
    (found,) = found_in(detail(**{"Snapshot": url, **fields}))["snapshots"]
    document: Document = found
    return document


@pytest.mark.parametrize(
    ("created", "expires"),
    [
        ("2021-08-10T21:01:10+08:00", "2021-08-10T23:01:10+08:00"),
        ("2021-08-10T22:01:10Z", "2021-08-11T00:01:10Z"),
        ("2021-08-10 21:01:10.25+0800", "2021-08-10T23:01:10.250+08:00"),
        ("9999-12-31T23:00:00Z", None),
        ("-", None),
        ("", None),
    ],
)
def test_links_expire_two_hours_after_the_job_began(created: str, expires: str | None) -> None:
    """They live no shorter; without a time nothing is said."""
    assert snapshot(CreationTime=created).get("expires_at") == expires


def test_links_of_a_live_stream_expire_two_hours_after_their_moment() -> None:
    """The job may be days old, so without a moment nothing is said."""
    live = {"Type": "live_video", "CreationTime": "2022-04-08T10:00:00+08:00"}
    found = snapshot(Snapshot={"Url": "u", "SnapshotTime": 1649387157000}, **live)
    assert found["at"] == "2022-04-08T03:05:57Z"
    assert found["expires_at"] == "2022-04-08T05:05:57Z"
    assert "expires_at" not in snapshot(**live)
    assert "expires_at" not in snapshot(Snapshot={"Url": "u", "SnapshotTime": 41}, **live)


def test_what_has_no_link_of_the_vendor_does_not_expire() -> None:
    """Pieces of text, and the pictures of a web page at their own addresses."""
    pictures = {"Results": [{"Url": "https://example.com/a.jpg"}]}
    found = found_in(
        detail(CreationTime="2021-08-10T21:01:10Z", Section=[{"Text": "a"}], ImageResults=pictures)
    )
    assert found["segments"] == [{"text": "a", "verdict": "unknown"}]
    assert found["snapshots"] == [{"url": "https://example.com/a.jpg", "verdict": "unknown"}]


@pytest.mark.parametrize("time", [-1, 0, 99_999_999_999, 253_402_300_800_000, 10**17])
def test_a_position_that_is_no_moment_is_an_offset(time: int) -> None:
    """Even one that no media is long enough for."""
    assert snapshot(Snapshot={"SnapshotTime": time}) == {"offset_ms": time, "verdict": "unknown"}


def test_an_event_of_a_live_stream_happened_at_its_last_moment() -> None:
    """Compared as moments, of snapshots and sections."""
    document = detail(
        State="Auditing",
        Snapshot=[{"SnapshotTime": 1649387157000, "Result": 0}, {"SnapshotTime": 5}],
        AudioSection=[{"OffsetTime": 1649387157500}],
        Result=0,
    )
    (event,) = events(as_json(document))
    assert event["time"] == "2022-04-08T03:05:57.500Z"
    assert event["data"]["outcome"] == "running"
    assert event["data"]["moderation"]["verdict"] == "pass"


def test_each_callback_of_a_live_stream_is_an_event_of_its_own() -> None:
    """They share job and state, and differ in what they bring."""
    bodies = [
        as_json(detail(State="Auditing", Snapshot={"SnapshotTime": 1649387157000 + n}))
        for n in (0, 5000, 5000)
    ]
    ids = [event["id"] for body in bodies for event in events(body)]
    assert len(set(ids)) == 2


# Job and input


def test_several_moderations_are_several_events_in_order() -> None:
    """As every list of jobs, in both forms."""
    jobs = {"EventName": "ReviewImage", "JobsDetail": [{"JobId": "m1"}, {"JobId": "m2"}]}
    several = {"code": 0, "data": [{"trace_id": "m1"}, {"trace_id": "m2"}]}
    for document in (jobs, several):
        found = events(as_json(document))
        assert [event["subject"] for event in found] == ["m1", "m2"]


def test_a_moderation_without_an_id_is_its_own_subject() -> None:
    """A verdict is worth having even then."""
    (event,) = events(as_json({"code": 0, "data": {"result": 1}}))
    assert event["subject"] == event["id"]
    assert event["data"]["job"] == {"code": "0"}


@pytest.mark.parametrize(
    ("headers", "expected", "extra"),
    [
        ({"b": "2", "a": 1}, [("a", "1"), ("b", "2")], {}),
        ([{"a": "1"}], [("a", "1")], {}),
        ({"a": ["1", "2"], "b": ""}, [("a", "1"), ("a", "2")], {}),
        ({"a": {"c": "1"}}, [], {"CosHeaders.a.c": "1"}),
        ({"a": [{"c": "1"}, "2"]}, [], {"CosHeaders.a[0].c": "1", "CosHeaders.a[1]": "2"}),
        ("text", [], {"CosHeaders": "text"}),
        (None, [], {}),
    ],
)
def test_headers_are_a_map(
    headers: Value, expected: list[tuple[str, str]], extra: dict[str, str]
) -> None:
    """By name, since members have no order; what is no text goes aside."""
    found = data(detail(CosHeaders=headers, Object="a"))
    kept = found["input"].get("headers", [])
    assert [(header["key"], header["value"]) for header in kept] == expected
    assert found.get("extra", {}) == {f"JobsDetail.{path}": text for path, text in extra.items()}


def test_content_that_is_no_object_is_in_no_bucket() -> None:
    """The job's bucket stays the event's."""
    found = data(detail(BucketId="test-1", Region="ap-x", Url="https://example.com/a"))
    assert (found["bucket"], found["region"]) == ("test-1", "ap-x")
    assert found["input"] == {"url": "https://example.com/a"}
    assert "input" not in data(detail(BucketId="test-1", Object="/"))


def test_both_names_of_an_event_stay() -> None:
    """Should a Simple callback have an EventName as well."""
    found = data(simple(event="ReviewText") | {"EventName": "ReviewImage", "x": {"y": "z"}})
    assert (found["event_name"], found["detail"]["event"]) == ("ReviewImage", "ReviewText")
    assert found["extra"] == {"x.y": "z"}


# Laws


NUMBERS = st.sampled_from([0, 1, 2, "0", "1", "2", "3", "0.0"])
ADDRESSES = st.sampled_from([ADDRESS, ADDRESS.replace("test", "evil"), "https://example.com"])
JOB = {
    "State": often(st.sampled_from(["Success", "Failed", "Auditing", "success"]), ODD),
    "Type": often(st.just("live_video"), ODD),
    "Result": often(NUMBERS, ODD),
    "Suggestion": often(NUMBERS, ODD),
    "CreationTime": odd(st.sampled_from(["2021-08-10T21:01:10+08:00", "9999-12-31T23:59:59Z"])),
    "BucketId": odd(st.sampled_from(["test-1", " test-2 "])),
    "Region": odd(LEAVES),
    "Object": odd(LEAVES),
    "Url": odd(ADDRESSES),
    "CosHeaders": odd(some({"x-cos-meta-a": odd(LEAVES), "x-cos-meta-b": odd(LEAVES)})),
    "Code": odd(LEAVES),
    "Message": odd(LEAVES),
    "HateInfo": odd(some({"HitFlag": odd(NUMBERS), "Score": LEAVES, "Keywords": odd(LEAVES)})),
}
DATA = {
    "event": often(st.sampled_from(["ReviewImage", "ReviewText"]), ODD),
    "result": often(NUMBERS, ODD),
    "url": odd(ADDRESSES),
    "cos_headers": JOB["CosHeaders"],
    "porn_info": odd(some({"hit_flag": odd(NUMBERS), "score": odd(LEAVES)})),
}


@st.composite
def callbacks(draw: st.DrawFn) -> Document:
    """A moderation callback of either form, mostly right and often odd."""
    usual = draw(of_schema(SCHEMA, "detail"))
    if draw(st.booleans()):
        job = {"JobId": "m1"} | usual | draw(some(JOB, 6))
        return {"EventName": "ReviewVideo", "JobsDetail": job, "X": draw(ODD)}
    moderation = {"trace_id": "m1"} | usual | draw(some(DATA))
    return {"code": draw(odd(st.just(0))), "message": draw(odd(LEAVES)), "data": moderation}


def ids(body: bytes) -> object:
    """The ids of the events of a body, or the reason of its quarantine."""
    made = entry(body)
    return [event.id for event in made.events] or (made.quarantine and made.quarantine.reason)


@LAW
@given(callbacks())
def test_the_wire_form_and_the_order_of_members_are_not_content(document: Document) -> None:
    """One callback is one event."""

    def turn(path: Path, value: Value) -> Value:
        return dict(reversed(value.items())) if isinstance(value, dict) else value

    expected = ids(as_json(document))
    assert ids(xml(document)) == expected
    assert ids(as_json({"Response": document})) == expected
    assert ids(as_json(replaced(document, turn))) == expected


@LAW
@given(callbacks())
def test_nothing_is_lost_and_nothing_is_empty(document: Document) -> None:
    """Whatever fits no schema is aside, as it was said."""
    made = entry(as_json(document))
    kept = [json.loads(event.json)["data"] for event in made.events]
    assert [list(empties(one)) for one in kept] == [[]] * len(kept)
    if made.quarantine is None:
        there = {meaning(leaf) for _, leaf in leaves(kept)}
        assert {meaning(leaf) for _, leaf in leaves(document)} <= there
    else:
        assert made.quarantine.reason in (Reason.AMBIGUOUS, Reason.SCHEMA)


CLEAN: list[Document] = [
    {"PornInfo": {"HitFlag": 0, "Score": 3, "Label": ""}},
    {"FraudInfo": [{"HitFlag": "0"}, {"HitFlag": 0, "Code": 0}]},
    {"Snapshot": [{"Url": "u", "SnapshotTime": 5}]},
    {"Section": [{"Result": 0, "Label": "Normal"}, {"AdsInfo": {"HitFlag": 0}}]},
    {"porn_info": {"hit_flag": 0, "label": "", "count": 0}},
    {"UserInfo": {"Level": "3"}, "ListInfo": {"ListResults": {"ListType": 0}}},
]
CONTRADICTIONS: list[Document] = [
    *({"PornInfo": {"HitFlag": flag, "Score": 1}} for flag in (1, "2", 3, "-1", "yes", True)),
    *({"fraud_info": {"hit_flag": flag}} for flag in (1, "2", 3, [0, 1])),
    {"AdsInfo": {"Code": -65007, "HitFlag": 0, "Score": 0}},
    {"AdsInfo": {"Code": "DownloadFailed", "HitFlag": 0}},
    {"FraudInfo": [{"HitFlag": 0}, {"HitFlag": 1}]},
    {"porn_info": [{"hit_flag": 1}, {"hit_flag": 0}]},
    *({"Snapshot": [{"Result": 0}, {"Result": result}]} for result in (1, 2, 3, "block")),
    {"PageSegment": {"Results": {"Suggestion": 1}}},
]
AROUND = ["Snapshot", "AudioSection", "Section", "Labels", "PornInfo", "FraudInfo", "Custom"]
AROUND += ["PageSegment.Results", "TextResults.Results", "ImageResults.Results"]


@st.composite
def nested(draw: st.DrawFn, core: st.SearchStrategy[Document]) -> Document:
    """`core` inside pieces, scenes and what nobody knows, with others that are clean beside it."""
    found = draw(core)
    for place in draw(st.lists(st.sampled_from(AROUND), max_size=4)):
        beside = draw(st.sampled_from(CLEAN))
        inner: Value = {**beside, **found, **({} if "Info" not in place else {"HitFlag": 0})}
        inner = draw(st.sampled_from([inner, [inner], [beside, inner]]))
        for name in reversed(place.split(".")):
            inner = {name: inner}
        found = inner
    return draw(st.sampled_from(CLEAN)) | found


@LAW
@given(nested(st.sampled_from(CONTRADICTIONS)))
def test_nothing_passes_with_a_hit_inside(said: Document) -> None:
    """However deep, known to a schema or not; the same in both forms and both wire forms."""
    for document in (
        detail(Result=0, **said),
        detail(Suggestion=0, **said),
        simple(result=0, **said),
    ):
        for body in (as_json(document), xml(document)):
            (event,) = events(body)
            assert event["data"]["moderation"]["verdict"] == "unknown"


@pytest.mark.parametrize("said", CLEAN)
def test_what_is_clean_inside_passes(said: Document) -> None:
    """Also within what no schema knows."""
    for inner in (said, {"Snapshot": [said, said]}, {"Custom": {"Snapshot": said}}):
        assert found_in(detail(Result=0, **inner))["verdict"] == "pass"
        assert found_in(simple(result=0, **inner))["verdict"] == "pass"


@LAW
@given(callbacks())
def test_a_pass_was_said_and_decided(document: Document) -> None:
    """Nothing passes by accident."""
    for event in entry(as_json(document)).events:
        found = json.loads(event.json)["data"]
        vendor = found.get("detail", {})
        if found["moderation"]["verdict"] == "pass":
            assert {vendor.get(name) for name in ("Result", "Suggestion", "result")} <= {0, None}
            assert found["outcome"] == "success" or found["job"]["state"] == "Auditing"
            pieces = ("scenes", "segments", "snapshots")
            judged = [one for name in pieces for one in found["moderation"].get(name, [])]
            assert {one["verdict"] for one in judged} <= {"pass", "unknown"}
