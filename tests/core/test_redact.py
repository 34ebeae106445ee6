"""What a source must not keep is nowhere in an entry; all the rest is what it was."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.errors import Ignored, Reason, Refused
from gateway.core.model import Document, Entry, Value
from gateway.core.pipeline import Source, process
from gateway.core.redact import redaction
from tests.core.hostile import HOSTILE
from tests.laws.cases import READABLE, Case
from tests.laws.documents import Path, leaves, lost, replaced, unwrapped, xml
from tests.laws.generated import callbacks
from tests.sources import BOUND, OPEN, as_json, callback, entry, events, job, quarantine

LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CANARY = "canary"


def redacting(*names: str, made_from: Source = OPEN) -> Source:
    """A source that keeps nothing under `names`."""
    return replace(made_from, redact=redaction(names, root="Response"))


def redacted(body: bytes, *names: str) -> list[str]:
    """What the attribute of the first event says."""
    said: str = events(body, redacting(*names))[0].get("redacted", "")
    return said.split(",") if said else []


def steps(path: Path) -> list[str]:
    """A path without positions in lists."""
    return [step for step in path if isinstance(step, str)]


def is_under(path: Path, name: str) -> bool:
    """Whether what stands at `path` stands in an element that `name` names."""
    whole = ["." + ".".join(steps(path[: end + 1])).lower() for end in range(len(path))]
    return any(one.endswith("." + name.lower()) for one in whole)


def without(document: Value, name: str) -> Value:
    """The document in which every leaf under `name` is nothing."""
    return replaced(document, lambda path, value: None if is_under(path, name) else value)


def members(value: Value, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The steps to every member of an object."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield (*path, name)
            yield from members(child, (*path, name))
    elif isinstance(value, list):
        for child in value:
            yield from members(child, path)


@st.composite
def names_in(draw: st.DrawFn, document: Document) -> str:
    """A name of some element of the document: its own, or the end of its path."""
    path = draw(st.sampled_from(sorted(set(members(document)))))
    name = ".".join(path[-draw(st.integers(1, len(path))) :])
    return draw(st.sampled_from([name, name.lower(), name.upper()]))


@st.composite
def examples(draw: st.DrawFn) -> tuple[Document, str]:
    """An example and the name of an element in it."""
    document = unwrapped(draw(st.sampled_from(READABLE)).document)
    return document, draw(names_in(document))


@st.composite
def odd(draw: st.DrawFn) -> tuple[Document, str]:
    """A callback that nobody documented, and the name of an element in it."""
    document = draw(callbacks().filter(lambda one: bool(one)))
    return document, draw(names_in(document))


def told(made: Entry) -> Value:
    """What an entry says of its callback: its events' ids and what they lack, or its quarantine."""
    if made.quarantine is not None:
        return made.quarantine.reason
    return [(event.id, json.loads(event.json).get("redacted")) for event in made.events]


def marked(document: Value, name: str) -> Value:
    """The document with a canary in every leaf under `name` that says something."""

    def mark(path: Path, value: Value) -> Value:
        says = value not in (None, "") and not isinstance(value, dict | list)
        return f"{CANARY}{value}" if says and is_under(path, name) else value

    return replaced(document, mark)


def forms(document: Document) -> list[bytes]:
    """The wire forms of one callback."""
    return [xml(document), as_json(document), as_json({"Response": document})]


def obeys(document: Document, name: str) -> None:
    """The laws, for one callback and the name of an element in it."""
    source = redacting(name)
    for body in forms(marked(document, name)):
        assert CANARY not in repr(entry(body, source))
    made = [entry(body, source) for body in forms(document)]
    assert [told(one) for one in made] == [told(made[0])] * 3

    rest = without(document, name)
    (as_if_never_sent,) = {str(ids(entry(body))) for body in forms(rest)}
    stored = [entry(one.body) for one in made]
    assert {str(ids(one)) for one in [*made, *stored]} == {as_if_never_sent}

    is_there = list(leaves(document)) != list(leaves(rest))
    for one, body in zip(made, forms(document), strict=True):
        assert (one.body != body) == is_there
        assert {json.loads(event.json).get("redacted") for event in one.events} <= {
            name if is_there else None
        }


def ids(made: Entry) -> list[str] | Reason:
    """The ids of the events, or the reason of the quarantine."""
    if made.quarantine is not None:
        return made.quarantine.reason
    return [event.id for event in made.events]


@LAW
@given(examples())
def test_what_a_name_names_is_nowhere_and_the_rest_is_everywhere(
    example: tuple[Document, str],
) -> None:
    """In event and stored bytes it is as if the sender had not sent it, in every wire form."""
    obeys(*example)


@LAW
@given(odd())
def test_odd_callbacks_obey_too(callback: tuple[Document, str]) -> None:
    """Attributes, repeats, names inside names, what decides of the event."""
    obeys(*callback)


@LAW
@given(examples())
def test_every_other_leaf_survives(example: tuple[Document, str]) -> None:
    """In the event, where it is not the id that is missing."""
    document, name = example
    made = entry(as_json(document), redacting(name))
    datas = [json.loads(event.json)["data"] for event in made.events]
    assert made.quarantine or lost(without(document, name), datas) == []


@pytest.mark.parametrize("case", READABLE, ids=lambda case: case.name)
def test_a_name_that_nothing_has_changes_nothing(case: Case) -> None:
    """Neither the event nor one byte."""
    source = redacting("NoSuchElement", "NoSuch.JobId", made_from=BOUND)
    assert entry(case.body, source) == entry(case.body, BOUND)


@LAW
@given(st.one_of(st.binary(), st.sampled_from(sorted(body for body, _ in HOSTILE.values()))))
def test_any_bytes_are_an_entry(body: bytes) -> None:
    """Also those that nobody can decode, which are kept as they are."""
    with suppress(Ignored, Refused):
        made = process(callback(body), redacting("a", "JobId", "State")).entry
        assert bool(made.events) != bool(made.quarantine)


LIVE = job(
    UserInfo={"TokenId": "u1", "IP": "192.0.2.1"},
    List=[{"Entity": "u1", "Kind": "1"}, {"Entity": ["u2", "u3"], "Kind": "2"}],
    Snapshot=[{"Text": " "}, {"Text": ""}],
)


@pytest.mark.parametrize("name", ["UserInfo", "JobsDetail.UserInfo", "userinfo", "USERINFO"])
def test_a_name_is_an_element_at_any_depth_in_any_case(name: str) -> None:
    """Whoever gets a letter wrong keeps nothing by mistake."""
    assert redacted(as_json(LIVE), name) == [name]


@pytest.mark.parametrize("name", ["Response.JobsDetail.UserInfo", "response.JobsDetail.UserInfo"])
def test_a_path_may_begin_with_what_only_xml_has_around_it(name: str) -> None:
    """It is the same path in JSON."""
    assert [redacted(body, name) for body in forms(LIVE)] == [[name]] * 3


@pytest.mark.parametrize("name", ["Info", "UserInfo.Token", "Job.UserInfo", "List.UserInfo"])
def test_a_name_is_whole_steps_of_a_path(name: str) -> None:
    """Neither a part of a word nor an element of another parent."""
    assert redacted(as_json(LIVE), name) == []


def test_lists_are_looked_through() -> None:
    """Of elements, and of texts."""
    made = entry(as_json(LIVE), redacting("List.Entity"))
    kept = json.loads(made.body)["JobsDetail"]["List"]
    assert kept == [{"Entity": None, "Kind": "1"}, {"Entity": None, "Kind": "2"}]


def test_an_event_says_under_which_names_something_stood() -> None:
    """Sorted; a name whose element is empty, or stood in one that is gone, says nothing."""
    assert redacted(as_json(LIVE), "UserInfo.IP", "List", "Entity", "Text") == [
        "List",
        "UserInfo.IP",
    ]


def test_callbacks_that_differ_in_nothing_else_are_one_event() -> None:
    """The id is of what is kept."""
    source = redacting("UserInfo")
    others = [job(UserInfo={"IP": ip}) for ip in ("192.0.2.1", "192.0.2.2")]
    assert len({events(as_json(one), source)[0]["id"] for one in others}) == 1


SECRET_LEAF = {"UserInfo": {"IP": "canary"}}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (job(JobId="", **SECRET_LEAF), Reason.SCHEMA),
        (job(JobId="j" * 257, **SECRET_LEAF), Reason.SCHEMA),
        (job(State=["Success", "Failed"], **SECRET_LEAF), Reason.AMBIGUOUS),
    ],
)
def test_what_breaks_its_schema_is_redacted_too(document: Document, reason: Reason) -> None:
    """Bytes, headers and detail of its quarantine."""
    for body in forms(document):
        made = entry(body, redacting("UserInfo"))
        assert made.quarantine is not None
        assert made.quarantine.reason == reason
        assert CANARY not in repr(made)


def test_an_id_that_must_not_be_kept_is_in_no_detail() -> None:
    """A schema's error may quote the value it is about."""
    for name in ("JobId", "JobsDetail", "Response"):
        assert CANARY not in repr(entry(xml(job(JobId=CANARY * 50)), redacting(name)))


@pytest.mark.parametrize(
    "body",
    [
        b"<a><IP>&canary;</IP></a>",
        b"<a><IP><![CDATA[canary</IP></a>",
        b"<a><IP>1</canary></a>",
        b'{"IP": "canary',
        b'{"canary": 1, "canary": 2}',
        b'<?xml version="1.0" encoding="canary"?><a/>',
    ],
)
def test_what_cannot_be_decoded_is_kept_and_not_quoted(body: bytes) -> None:
    """Nobody could tell why otherwise; the detail stands in logs, and says nothing of it."""
    made = entry(body, redacting("IP"))
    assert made.body == body
    assert made.quarantine is not None
    assert made.quarantine.reason == quarantine(body).reason
    assert made.quarantine.detail == "the body cannot be decoded, nor redacted"


def test_a_bucket_that_is_not_kept_proves_nothing() -> None:
    """A check on the content sees what is kept, and refuses what it does not see."""
    document = job(Input={"BucketId": "test-123456789"})
    assert events(as_json(document), BOUND)
    with pytest.raises(Refused):
        process(callback(as_json(document)), redacting("BucketId", made_from=BOUND))
