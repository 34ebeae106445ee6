"""What holds for the examples of every provider, whatever its callbacks look like."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Final
from zlib import crc32

import pytest

from gateway import schemas
from gateway.core.errors import GatewayError, Ignored
from gateway.core.model import Document, Entry, Value
from gateway.core.pipeline import process
from gateway.core.redact import redaction
from gateway.providers import providers
from tests.laws.cases import EVERY, Case
from tests.laws.documents import Path, empties, lost, replaced
from tests.sources import PROVIDER, SECRET, as_json, callback, source_of

READABLE = [case for case in EVERY if "events" in case.expected]
WITH_DOCUMENT = [case for case in READABLE if case.name != "cloudevents/binary-bytes"]
TYPED = {
    name
    for name in providers()
    if f"urn:callback-gateway:{name}:job:v1" in {one["$id"] for one in schemas.documents(name)}
} - {PROVIDER}
"""The providers whose payloads have schemas. Tencent CI obeys the same laws in both its forms:
`test_examples`."""
DECIDING = {
    *("object_kind", "phase", "status", "conclusion", "state", "action", "build_status"),
}
"""What decides of the kind and the outcome of an event."""

ODD: Final[list[Value]] = [
    *("x", "true", 7, 1.5, True, None, {}, []),
    *({"a": "b"}, ["a", "b"], [{"a": "b"}, {"c": "d"}], [["a"], "b"], {"@t": "1", "#text": "x"}),
]
"""What may stand where a vendor says nothing, or something else."""

each_case = pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)
each_readable = pytest.mark.parametrize("case", READABLE, ids=lambda case: case.name)
each_typed = pytest.mark.parametrize(
    "case", [case for case in READABLE if case.provider in TYPED], ids=lambda case: case.name
)


def received(case: Case, body: bytes | None = None) -> Entry:
    """The entry of an example, or of another body under its headers."""
    sent = callback(case.body if body is None else body, token=SECRET, headers=case.headers)
    return process(sent, source_of(case.provider)).entry


def datas(case: Case, document: Document) -> list[Document]:
    """The data of the events of another document under an example's headers."""
    made = received(case, as_json(document))
    assert made.quarantine is None, made.quarantine
    return [json.loads(event.json)["data"] for event in made.events]


def answer(case: Case) -> Document:
    """What the gateway makes of an example, as its `.json` writes it."""
    try:
        made = received(case)
    except Ignored as ignored:
        return {"ignored": ignored.reason.value}
    if made.quarantine is not None:
        return {"quarantine": made.quarantine.reason.value}
    return {"events": [names(json.loads(event.json)) for event in made.events]}


def names(document: Document) -> Document:
    """A CloudEvent without what depends on its reception."""
    return {k: v for k, v in document.items() if k not in ("id", "receivedtime", "verifiedby")}


def places(value: Value, path: Path = ()) -> Iterator[Path]:
    """The path of every node."""
    yield path
    if isinstance(value, dict):
        for name, child in value.items():
            yield from places(child, (*path, name))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from places(child, (*path, index))


def at(value: Value, path: Path) -> Value:
    """What stands at `path`."""
    for step in path:
        value = value[step]
    return value


def with_(value: Value, path: Path, other: Value) -> Value:
    """A copy with `other` at `path`."""
    if not path:
        return other
    copy = value.copy()
    copy[path[0]] = with_(copy[path[0]], path[1:], other)
    return copy


@cache
def known_names(provider: str) -> frozenset[str]:
    """Of all members that its schemas have, or its examples."""
    cases = [case.document for case in WITH_DOCUMENT if case.provider == provider]
    schema = [
        path for path in places([*schemas.documents(provider)]) if "properties" in path[-2:-1]
    ]
    return frozenset(
        name
        for path in (*schema, *(path for document in cases for path in places(document)))
        for name in path[-1:]
        if isinstance(name, str)
    )


def some_names(case: Case) -> Iterator[str]:
    """A quarter of them, not the same for each example."""
    for name in sorted(known_names(case.provider)):
        if not crc32(f"{case.name} {name}".encode()) % 4:
            yield name


def test_every_provider_has_examples_of_events() -> None:
    """An empty folder would pass every other law."""
    assert {case.provider for case in READABLE} == set(providers())
    assert {"github", "gitlab", "jenkins"} <= TYPED
    assert len(READABLE) > 100


@each_case
def test_an_example_is_a_whole_request(case: Case) -> None:
    """Its Content-Length is the number of bytes of its body, so that it can be sent as it is."""
    assert case.head.startswith(b"POST /callbacks/media HTTP/1.1\r\n")
    assert dict(case.headers)[b"Content-Length"] == str(len(case.body)).encode()


@each_case
def test_an_example_gives_exactly_what_stands_beside_it(case: Case) -> None:
    """`<case>.http` → `<case>.json`: the events in order, or why there are none."""
    assert answer(case) == case.expected


@each_readable
def test_an_id_is_32_hex_and_the_same_every_time(case: Case) -> None:
    """The same callback twice is one event."""
    first, second = received(case), received(case)
    assert [event.id for event in first.events] == [event.id for event in second.events]
    for event in first.events:
        assert re.fullmatch("[0-9a-f]{32}", event.id)
        assert json.loads(event.json)["id"] == event.id


def test_different_callbacks_have_different_ids() -> None:
    """Examples share subjects, but only those with the same content share an event id."""
    content: dict[str, Value] = {}
    for case in READABLE:
        for event in received(case).events:
            data = json.loads(event.json)["data"]
            assert content.setdefault(event.id, data) == data
    assert len({json.dumps(data, sort_keys=True) for data in content.values()}) == len(content)
    assert len(content) > 80


@each_typed
def test_every_leaf_survives(case: Case) -> None:
    """Every non-empty leaf of the callback is in its event: as text, number, truth or time."""
    assert lost(case.document, datas(case, case.document)) == []


@each_typed
@pytest.mark.parametrize("canary", ["x{}y", "70{:03}", "7.{:03}", "70{:03}/1", "2022-01-01 {}"])
def test_every_leaf_survives_whatever_it_says(case: Case, canary: str) -> None:
    """Also where a leaf is not what its schema expects."""
    numbers = count(1)

    def change(path: Path, value: Value) -> Value:
        deciding = bool(DECIDING & set(path[-1:]))
        kept = deciding or value is None or isinstance(value, dict | list)
        return value if kept else canary.format(next(numbers))

    document = replaced(case.document, change)
    assert lost(document, datas(case, document)) == []


@each_typed
def test_nothing_in_data_is_null_or_empty(case: Case) -> None:
    """What a callback does not tell is absent from its event."""
    assert list(empties(datas(case, case.document))) == []


@each_typed
def test_the_order_of_keys_changes_nothing(case: Case) -> None:
    """The members of an object have no order."""

    def turn(path: Path, value: Value) -> Value:
        return dict(reversed(value.items())) if isinstance(value, dict) else value

    turned = received(case, as_json(replaced(case.document, turn)))
    plain = received(case, as_json(case.document))
    assert [event.id for event in turned.events] == [event.id for event in plain.events]


def members(value: Value, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The steps to every member of an object."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield (*path, name)
            yield from members(child, (*path, name))
    elif isinstance(value, list):
        for child in value:
            yield from members(child, path)


@each_typed
def test_what_a_name_names_is_nowhere(case: Case) -> None:
    """For every name: neither in the event nor in what is stored, which is the same event again.

    A name with a dot is two steps of a path.
    """
    plain = source_of(case.provider)
    for name in {path[-1] for path in members(case.document) if "." not in path[-1]}:

        def mark(path: Path, value: Value, name: str = name) -> Value:
            return f"canary{value}" if name in path and value and isinstance(value, str) else value

        marked = replaced(case.document, mark)
        sent = callback(as_json(marked), headers=case.headers)
        made = process(sent, replace(plain, redact=redaction([name]))).entry
        assert "canary" not in repr(made)
        stored = [(k.encode(), v.encode()) for k, v in json.loads(made.headers)]
        again = process(callback(made.body, headers=stored), plain).entry
        assert [event.id for event in again.events] == [event.id for event in made.events]


@each_typed
def test_no_event_is_a_success_when_its_words_are_strange(case: Case) -> None:
    """An outcome that nobody knows is never `success`."""

    def change(path: Path, value: Value) -> Value:
        return "odd" if isinstance(value, str) and DECIDING & set(path[-1:]) else value

    made = received(case, as_json(replaced(case.document, change)))
    outcomes = [json.loads(event.json)["data"].get("outcome") for event in made.events]
    assert "success" not in outcomes


@pytest.mark.parametrize("case", WITH_DOCUMENT, ids=lambda case: case.name)
def test_whatever_stands_anywhere_is_no_bug(case: Case) -> None:
    """In place of what the vendor has, and under a name that it has elsewhere: an event, or an
    error of ours."""
    document = case.document
    for path in places(document):
        found = at(document, path)
        names = some_names(case) if isinstance(found, dict) else ()
        others = [*ODD, *(found | {name: "true"} for name in names)]
        for other in others:
            with suppress(GatewayError):
                received(case, as_json(with_(document, path, other)))
