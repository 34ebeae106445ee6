"""The payloads that GitHub's Octokit collected: every one is an event, and nothing is lost."""

import json

import pytest

from gateway.core.errors import Ignored
from gateway.core.model import Document
from gateway.core.pipeline import process
from gateway.events import JobData, ReceivedData, read_json
from gateway.providers.github.kinds import KINDS
from tests.laws.documents import empties, lost
from tests.providers.github.payloads import NAME, VERSION, payloads
from tests.sources import as_json, callback, source_of

PAYLOADS = payloads()
pytestmark = pytest.mark.skipif(
    not PAYLOADS,
    reason=f"{NAME} {VERSION} is not there: python -m tests.providers.github.payloads",
)
each = pytest.mark.parametrize(
    ("name", "payload"), PAYLOADS, ids=[f"{i}-{name}" for i, (name, _) in enumerate(PAYLOADS)]
)


def received(name: str, payload: Document) -> list[str]:
    """The JSON of the events of a payload."""
    sent = callback(as_json(payload), headers=[(b"X-GitHub-Event", name.encode())])
    made = process(sent, source_of("github")).entry
    assert made.quarantine is None, made.quarantine
    return [event.json.decode() for event in made.events]


@each
def test_a_payload_is_an_event_with_every_leaf(name: str, payload: Document) -> None:
    """Of its kind: jobs are typed and have an outcome, others are kept whole; a ping is none."""
    if name == "ping":
        with pytest.raises(Ignored):
            received(name, payload)
        return
    (text,) = received(name, payload)
    event = read_json(text)
    assert isinstance(event.data, JobData if name in KINDS else ReceivedData)
    data = json.loads(text)["data"]
    assert lost(payload, data) == []
    assert list(empties(data)) == []


def test_every_kind_of_job_is_among_them() -> None:
    assert set(KINDS) <= {name for name, _ in PAYLOADS}


@pytest.mark.parametrize("name", KINDS)
def test_the_schemas_know_every_field(name: str) -> None:
    """So that what GitHub adds is seen. Here no deployment has a `payload`, which is anything."""
    normalize = source_of("github").normalize
    for kind, payload in PAYLOADS:
        if kind == name:
            (draft,) = normalize({"X-GitHub-Event": name, "X-GitHub-Payload": payload})
            assert draft.unknown == 0
