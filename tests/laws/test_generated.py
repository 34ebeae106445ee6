"""The laws of events, for callbacks that nobody documented."""

import json
import re

from hypothesis import HealthCheck, assume, given, settings

from gateway.core.errors import Reason, Refused
from gateway.core.model import Document, Entry, Value
from gateway.core.pipeline import process
from tests.laws.documents import Path, empties, leaves, meaning, replaced, xml
from tests.laws.generated import callbacks
from tests.sources import BUCKETS, as_json, callback, entry, source

LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def outcome(made: Entry) -> object:
    """What is the same for the same callback: the ids, or the reason of the quarantine."""
    return [event.id for event in made.events] or (made.quarantine and made.quarantine.reason)


def data(document: Document) -> list[Document]:
    """The data of the events of a document that is not quarantined."""
    made = entry(as_json(document))
    assume(made.events)
    return [json.loads(event.json)["data"] for event in made.events]


@LAW
@given(callbacks())
def test_xml_and_json_are_one_event(document: Document) -> None:
    """The wire form is not content, however odd the content is."""
    assert outcome(entry(xml(document))) == outcome(entry(as_json(document)))
    wrapped = as_json({"Response": document})
    assert outcome(entry(wrapped)) == outcome(entry(as_json(document)))


@LAW
@given(callbacks())
def test_the_order_of_members_is_not_content(document: Document) -> None:
    """Also where two names of one thing disagree."""

    def turn(path: Path, value: Value) -> Value:
        return dict(reversed(value.items())) if isinstance(value, dict) else value

    turned = replaced(document, turn)
    assert outcome(entry(as_json(turned))) == outcome(entry(as_json(document)))


@LAW
@given(callbacks())
def test_every_leaf_survives(document: Document) -> None:
    """In place, under our name, or aside in `extra`: what a callback says is in its events."""
    kept = {meaning(leaf) for _, leaf in leaves(data(document))}
    assert {meaning(leaf) for _, leaf in leaves(document)} <= kept


@LAW
@given(callbacks())
def test_nothing_in_data_is_null_or_empty(document: Document) -> None:
    """Absent is absent."""
    assert list(empties(data(document))) == []


@LAW
@given(callbacks())
def test_only_the_state_success_is_a_success(document: Document) -> None:
    """A missing or strange State never is, but for the Code of WordsGeneralize, which has none."""
    for one in data(document):
        if one.get("outcome") == "success":
            job = one.get("job") or one.get("workflow") or {}
            state = job.get("state", "").lower()
            by_code = not any("State" in path.split(".") for path in one.get("extra", {}))
            code = job.get("code", "").lower() if by_code else ""
            assert state == "success" or (not state and code == "success")


@LAW
@given(callbacks())
def test_every_bucket_of_an_event_is_checked(document: Document) -> None:
    """A source that is bound to buckets accepts no event that is about another one."""
    body = as_json(document)
    named = [
        {one.get("bucket"), one.get("input", {}).get("bucket")} - {None} for one in data(document)
    ]
    may_pass = all(buckets and buckets <= {BUCKETS[0]} for buckets in named)
    try:
        made = process(callback(body), source(BUCKETS[:1]))
    except Refused:
        assert not may_pass
    else:
        assert may_pass or made.entry.quarantine is not None


_DECIDES = r"""job\.id|workflow\.run_id|"(job|workflow|id|run_id)" is a required|container|is not an
object or a list|repeated with different values""".replace("\n", " ")


@LAW
@given(callbacks())
def test_only_what_decides_can_spoil_a_callback(document: Document) -> None:
    """Well-formed callbacks are quarantined for a missing or ambiguous id, state or tag alone."""
    made = entry(as_json(document))
    if made.quarantine is not None:
        assert made.quarantine.reason in (Reason.SCHEMA, Reason.AMBIGUOUS)
        assert re.search(_DECIDES, made.quarantine.detail)
