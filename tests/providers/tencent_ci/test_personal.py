"""`redact: personal` for CI: who the user is goes, what was judged stays."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from gateway.core.model import Document, Value
from gateway.core.redact import redaction
from gateway.providers import providers
from tests.laws.cases import READABLE
from tests.laws.documents import leaves, replaced, unwrapped, xml
from tests.laws.generated import SCHEMAS
from tests.sources import OPEN, PROVIDER, as_json, entry

CI = providers()[PROVIDER]
REDACT = redaction(CI.personal, root=CI.root)
PERSONAL = replace(OPEN, redact=REDACT)
(LIVE,) = (case for case in READABLE if case.name.endswith("moderation-detail-live"))


def personal(schema: Document, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of what a schema of the events calls personal data."""
    if schema.get("description", "").endswith("Personal data."):
        yield path
    for name, child in schema.get("properties", {}).items():
        yield from personal(child, (*path, name))
    if "items" in schema:
        yield from personal(schema["items"], path)


def nested(path: tuple[str, ...]) -> Value:
    """A document with a text at `path`."""
    return {path[0]: nested(path[1:])} if path else "canary"


def test_what_the_schemas_call_personal_data_is_personal() -> None:
    """A field that is described so in a schema stands in the provider's table."""
    found = [path for schema in SCHEMAS.values() for path in personal(schema) if path]
    assert ("detail", "UserInfo") in found
    assert [path for path in found if list(leaves(REDACT(nested(path))[0]))] == []


@pytest.mark.parametrize("write", [as_json, xml], ids=["json", "xml"])
def test_a_moderation_keeps_its_verdict_and_loses_its_user(
    write: Callable[[Document], bytes],
) -> None:
    """The account, device, address; and the account in the list that was hit, not the list."""
    document = unwrapped(LIVE.document)
    (as_received,) = (json.loads(event.json)["data"] for event in entry(LIVE.body).events)
    made = entry(write(document), PERSONAL)
    (event,) = (json.loads(one.json) for one in made.events)
    expected = as_received | {"detail": dict(as_received["detail"])}
    del expected["detail"]["UserInfo"]
    expected["detail"]["ListInfo"] = {
        "ListResults": [{"ListType": 1, "ListName": "blocked accounts"}]
    }
    assert event["data"] == expected
    assert event["redacted"] == "ListResults.Entity,UserInfo"
    users = {"user-1", "user-2", "r-5", "203.0.113.7", "host"}
    assert [word for word in users if word in repr(made)] == []


def test_callbacks_without_a_user_are_kept_as_they_are() -> None:
    """Most are: jobs, runs, and moderations whose submitter told nothing of the user."""
    for case in READABLE:
        if b"UserInfo" not in case.body and b"Entity" not in case.body:
            assert entry(case.body, PERSONAL) == entry(case.body)


def test_no_part_of_a_user_is_forgotten() -> None:
    """Also what the vendor adds to UserInfo one day."""
    added = replaced(
        LIVE.document,
        lambda path, value: value | {"Face": "x"} if path[-1:] == ("UserInfo",) else value,
    )
    assert entry(as_json(added), PERSONAL).body == entry(as_json(LIVE.document), PERSONAL).body
