"""An example of Tencent CI is one event in all its wire forms, and nothing of it is lost."""

import re
from collections.abc import Iterator
from itertools import count

import pytest

from gateway.core.errors import Refused
from gateway.core.model import Value
from gateway.core.pipeline import process
from tests.laws.cases import READABLE, Case
from tests.laws.documents import Path as Place
from tests.laws.documents import empties, json_forms, lost, natural, replaced, unwrapped, xml
from tests.sources import BOUND, as_json, callback, events, source

DECIDING = {"EventName", "JobId", "RunId", "State", "Tag", "Code"}
"""What decides of the kind, the identity and the outcome of an event."""


def stateful(case: Case) -> bool:
    """Whether the example is of a job or a run; the simple moderation callbacks are not."""
    return bool({"JobsDetail", "WorkflowExecution"} & unwrapped(case.document).keys())


each_stateful = pytest.mark.parametrize(
    "case", [case for case in READABLE if stateful(case)], ids=lambda case: case.name
)
each_readable = pytest.mark.parametrize("case", READABLE, ids=lambda case: case.name)


def ids(body: bytes) -> list[str]:
    """The ids of the events of a body."""
    return [event["id"] for event in events(body)]


def with_state(case: Case, state: Value) -> bytes:
    """The example's body with another State of its job, or of its run and all its tasks."""

    def change(path: Place, value: Value) -> Value:
        if path and path[-1] == "State":
            return state
        if isinstance(value, dict) and {"JobId", "RunId"} & value.keys():
            return value | {"State": state}
        return value

    return as_json(replaced(case.document, change))


def nodes(value: Value, path: Place = ()) -> Iterator[Place]:
    """The path of every object and leaf that is a member of an object."""
    if path and isinstance(path[-1], str) and not isinstance(value, list):
        yield path
    for step, child in (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    ):
        yield from nodes(child, (*path, step))


def test_there_are_examples() -> None:
    """An empty folder would pass every other law."""
    assert len(READABLE) > 60


@each_readable
def test_every_leaf_survives(case: Case) -> None:
    """Every non-empty leaf of the callback is in its event: as text, number, truth or time."""
    assert lost(case.document, [event["data"] for event in events(case.body)]) == []


@each_readable
def test_every_leaf_survives_whatever_it_says(case: Case) -> None:
    """Also where a leaf is not what its schema expects, and in both wire forms."""
    for canary in ("x{}y", "70{:03}", "7.{:03}", "70{:03}/1", "2022-01-01 {}"):
        numbers = count(1)

        def change(
            path: Place, value: Value, canary: str = canary, numbers: Iterator[int] = numbers
        ) -> Value:
            deciding = bool(DECIDING & set(path[-1:]))
            kept = deciding or value is None or isinstance(value, dict | list)
            return value if kept else canary.format(next(numbers))

        document = replaced(case.document, change)
        for body in (xml(document), as_json(document)):
            assert lost(document, [event["data"] for event in events(body)]) == []


@each_readable
def test_nothing_in_data_is_null_or_empty(case: Case) -> None:
    """What a callback does not tell is absent from its event."""
    for event in events(case.body):
        assert list(empties(event["data"])) == []


@each_readable
def test_xml_and_json_of_one_callback_are_one_event(case: Case) -> None:
    """In `Response` or not, the container an object or a list of one: one id."""
    expected = ids(case.body)
    forms = {"xml": xml(case.document), **dict(json_forms(case.document))}
    assert {form: ids(body) for form, body in forms.items()} == dict.fromkeys(forms, expected)


@each_readable
def test_bare_numbers_and_truths_change_nothing(case: Case) -> None:
    """A JSON sender may write 1280 or "1280", true or "true"."""
    assert ids(natural(case.document)) == ids(case.body)


@each_readable
def test_the_order_of_keys_changes_nothing(case: Case) -> None:
    """The members of an object have no order."""

    def turn(path: Place, value: Value) -> Value:
        return dict(reversed(value.items())) if isinstance(value, dict) else value

    assert ids(as_json(replaced(case.document, turn))) == ids(case.body)


@each_readable
def test_a_list_of_one_is_its_element(case: Case) -> None:
    """XML cannot tell them apart, so JSON must not: for every object and leaf, one at a time."""
    document = unwrapped(case.document)
    expected = ids(case.body)
    differing = []
    for place in nodes(document):

        def listed(path: Place, value: Value, place: Place = place) -> Value:
            return [value] if path == place else value

        if ids(as_json(replaced(document, listed))) != expected:
            differing.append(place)
    assert differing == []


@each_readable
def test_layout_and_markup_change_nothing(case: Case) -> None:
    """Indentation, CDATA, comments and processing instructions are not content."""
    document = xml(case.document)
    expected = ids(document)
    text = document.decode()
    for changed in (
        text.replace("><", ">\r\n\t<"),
        text.replace("><", "><!-- c --><"),
        text.replace("><", "><?p q?><"),
        re.sub(r">([^<>&]+)<", r"><![CDATA[\1]]><", text),
        re.sub(r">([^<>&])([^<>&]+)<", r">\1<!-- c -->\2<", text),
        f"\ufeff{text}",
        f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n',
    ):
        assert ids(changed.encode()) == expected


@each_readable
def test_gb_encodings_change_nothing(case: Case) -> None:
    """An XML callback may be in a declared GB encoding."""
    text = xml(case.document).decode()
    for encoding in ("GBK", "gb2312", "GB18030"):
        declared = f'<?xml version="1.0" encoding="{encoding}"?>{text}'
        assert ids(declared.encode("gb18030")) == ids(case.body)


@each_stateful
def test_no_event_is_a_success_without_the_state_success(case: Case) -> None:
    """A strange State is never a success, nor a missing one but in WordsGeneralize."""
    strange: list[Value] = ["Failed", "Cancel", "Pause", "Running", "Succes", "0", {"a": "Success"}]
    missing: list[Value] = [None, "", " ", {}, [], ["", None]]
    by_code = "wordsgeneralize" in case.name
    for state in strange if by_code else strange + missing:
        for event in events(with_state(case, state)):
            assert (state, event["data"]["outcome"]) != (state, "success")


@each_stateful
def test_another_state_is_another_event(case: Case) -> None:
    """A later callback of the same job with other content has another id."""
    assert ids(with_state(case, "Odd")) != ids(case.body)


@each_readable
def test_an_event_is_about_the_bucket_it_is_bound_to(case: Case) -> None:
    """From a source that is bound to other buckets, the example is refused."""
    assert process(callback(case.body), BOUND).entry.events
    with pytest.raises(Refused):
        process(callback(case.body), source(["another-1250000000"]))
