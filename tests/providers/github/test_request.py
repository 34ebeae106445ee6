"""A request of GitHub: what its header and its body say, and how it is written anew."""

import json
from urllib.parse import quote, quote_plus

import pytest
from msgspec import structs

from gateway.core.errors import Reason
from gateway.core.model import Callback, Document
from gateway.providers.github.personal import PERSONAL
from gateway.providers.github.request import encode_github
from tests.providers.received import entry_of, events_of, quarantine_of, redacting
from tests.sources import as_json, callback, source_of

GITHUB = source_of("github")
JOB: Document = {
    "action": "completed",
    "workflow_job": {"id": 7, "conclusion": "success", "name": "100% a+b & c"},
    "repository": {"full_name": "octo-org/octo-repo", "owner": {"login": "octo-org"}},
    "sender": {"login": "octocat", "type": "User"},
}
EVENT = {"X-GitHub-Event": "workflow_job"}
FORMS = {
    "json": as_json(JOB),
    "form": b"payload=" + quote(as_json(JOB), safe="").encode(),
    "form with plus signs": b"payload=" + quote_plus(as_json(JOB)).encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_body_is_json_or_a_form_whatever_the_content_type(form: str) -> None:
    """All are one event."""
    (plain,) = events_of(GITHUB, FORMS["json"], EVENT)
    (found,) = events_of(GITHUB, FORMS[form], {**EVENT, "Content-Type": "text/plain"})
    assert found["id"] == plain["id"]
    assert found["data"]["job"]["name"] == "100% a+b & c"


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (b"", EVENT, Reason.EMPTY),
        (b"payload=", EVENT, Reason.MALFORMED_JSON),
        (b"payload=%7B%7", EVENT, Reason.MALFORMED_JSON),
        (FORMS["form"] + b"&other=1", EVENT, Reason.NOT_XML_OR_JSON),
        (b"<a/>", EVENT, Reason.MALFORMED_JSON),
        (b"{", EVENT, Reason.MALFORMED_JSON),
        (b'{"a": 1, "a": 2}', EVENT, Reason.MALFORMED_JSON),
        (b"[" * 100 + b"]" * 100, EVENT, Reason.TOO_DEEP),
        (FORMS["json"], {**EVENT, "x-github-event": "push"}, Reason.AMBIGUOUS),
        (b"[]", EVENT, Reason.SCHEMA),
        (b"{}", EVENT, Reason.SCHEMA),
        (b'{"workflow_job": 1}', EVENT, Reason.SCHEMA),
    ],
)
def test_what_cannot_be_read_goes_to_quarantine(
    body: bytes, headers: dict[str, str], reason: Reason
) -> None:
    assert quarantine_of(GITHUB, body, headers).reason is reason


@pytest.mark.parametrize("headers", [{}, {"X-GitHub-Event": ""}, {"X-GitHub-Event": "unheard_of"}])
def test_a_payload_of_no_known_event_is_kept_whole(headers: dict[str, str]) -> None:
    """Whatever it looks like: its header decides."""
    (event,) = events_of(GITHUB, as_json(JOB), headers)
    assert event["type"] == "com.github.event.received"
    assert event["subject"] == event["id"]
    assert event["data"]["detail"] == JOB
    assert event["data"].get("event_name", "") == headers.get("X-GitHub-Event", "")


@pytest.mark.parametrize(("body", "kept"), [(b"[1.5, null]", {"body": [1.5]}), (b"{}", None)])
def test_a_payload_that_is_no_object_or_empty_is_an_event_too(
    body: bytes, kept: Document | None
) -> None:
    (event,) = events_of(GITHUB, body, {"X-GitHub-Event": "odd"})
    assert event["data"].get("detail") == kept


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["sender", "sender.login", "SENDER.Login"])
def test_what_is_redacted_is_gone_from_event_and_bytes(form: str, name: str) -> None:
    """The callback is written anew in its own form, and is still the same event."""
    made = entry_of(redacting("github", name), FORMS[form], EVENT)
    assert b"octocat" not in made.body + made.events[0].json
    assert b"octo-org" in made.body
    assert made.body.startswith(b"payload=") == (form != "json")
    assert json.loads(made.events[0].json)["redacted"] == name
    (again,) = entry_of(GITHUB, made.body, EVENT).events
    assert again.id == made.events[0].id


def test_the_name_of_the_event_can_be_redacted() -> None:
    """Then nobody knows what the payload is, nor do the stored headers tell."""
    source = redacting("github", "X-GitHub-Event")
    made = entry_of(source, as_json(JOB), EVENT | {"User-Agent": "GitHub-Hookshot/1"})
    (event,) = made.events
    assert event.type == "com.github.event.received"
    assert json.loads(made.headers) == [["User-Agent", "GitHub-Hookshot/1"]]


def test_elements_that_are_called_as_github_calls_its_parts_can_be_redacted() -> None:
    """A deployment has a `payload`, and a run an `event`: those are meant."""
    document = {"deployment": {"id": 1, "payload": {"key": "canary"}}, "run": {"event": "canary"}}
    made = entry_of(
        redacting("github", "payload", "event"),
        as_json(document),
        {"X-GitHub-Event": "deployment"},
    )
    assert b"canary" not in made.body
    assert json.loads(made.events[0].json)["data"]["detail"] == {"deployment": {"id": 1}}


def test_personal_data_is_what_says_who_a_person_is() -> None:
    """The owner of the repository is not one of them."""
    made = entry_of(redacting("github", *PERSONAL), as_json(JOB), EVENT)
    assert b"octocat" not in made.body + made.events[0].json
    assert json.loads(made.events[0].json)["data"]["repository"] == {"name": "octo-org/octo-repo"}


def test_a_callback_that_is_written_anew_keeps_its_other_headers() -> None:
    sent: Callback = callback(FORMS["json"], headers=[(b"x-github-EVENT", b"push"), (b"a", b"b")])
    document = {"X-GitHub-Event": "push", "X-GitHub-Payload": {"ref": None}}
    assert encode_github(document, sent) == structs.replace(sent, body=b'{"ref":null}')
