"""A source that redacts personal data: no file, log, metric or command of the gateway has any."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.core.model import Document
from gateway.journal import Reader
from tests.broker.waiting import until
from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import Gateway
from tests.laws.cases import READABLE
from tests.laws.documents import replaced, xml
from tests.sources import NAME, PROVIDER, as_json

CANARY = "canary-7d1f"
(LIVE,) = (case for case in READABLE if case.name.endswith("moderation-detail-live"))
MARKED = replaced(
    LIVE.document,
    lambda path, value: (
        f"{CANARY}{value}"
        if isinstance(value, str) and {"UserInfo", "Entity"} & set(path)
        else value
    ),
)
TOO_LONG = replaced(MARKED, lambda path, value: "j" * 300 if path[-1:] == ("JobId",) else value)
"""Against its schema."""


@pytest.fixture
def gateway(new_gateway: NewGateway) -> Gateway:
    """A running gateway whose source redacts personal data."""
    token = {"token": {"secrets": ["env:CI_TOKEN"]}}
    source = {"provider": PROVIDER, "verify": [token], "redact": "personal"}
    made = new_gateway({"sources": {NAME: source}})
    made.start()
    return made


def files_with(text: str, folder: Path) -> Iterator[str]:
    """The names of the files that have `text` anywhere: journal, write-ahead log, logs."""
    for file in folder.rglob("*"):
        if file.is_file() and text.encode() in file.read_bytes():
            yield file.name


def shown(gateway: Gateway, event_id: str, *options: str) -> Document:
    """What `gateway events show` prints."""
    words = ["events", "show", event_id, *options, "-c", str(gateway.configuration)]
    found: Document = json.loads(CliRunner(env=gateway.environ).invoke(main, words).output)
    return found


def test_personal_data_reaches_no_disk(gateway: Gateway) -> None:
    """Event, stored bytes, quarantine, log, metrics; the sender is answered as ever."""
    first, again, other = (gateway.post(body) for body in (as_json(MARKED), *[xml(MARKED)] * 2))
    refused = gateway.post(as_json(TOO_LONG))
    assert first.document == {"status": "accepted", "events": first.document["events"]}
    assert again.document == other.document == first.document | {"status": "duplicate"}
    assert refused.document["reason"] == "schema"
    until(lambda: gateway.log.read_text().count('"msg":"callback"') >= 4)
    assert CANARY not in gateway.ask("/metrics").body.decode()
    assert list(files_with(CANARY, gateway.folder)) == []
    assert list(files_with("blocked accounts", gateway.folder)) != []

    (event_id,) = first.document["events"]
    assert shown(gateway, event_id)["redacted"] == "ListResults.Entity,UserInfo"
    job = shown(gateway, event_id, "--raw")["JobsDetail"]
    assert (job["JobId"], job["UserInfo"]) == (LIVE.document["JobsDetail"]["JobId"], None)


def test_what_cannot_be_decoded_is_kept_and_nowhere_else(gateway: Gateway) -> None:
    """In quarantine, as received, to find out why; the log does not quote it."""
    body = f"<Response><UserInfo><![CDATA[{CANARY}</UserInfo></Response>".encode()
    told = gateway.post(body).document
    assert told["reason"] == "malformed_xml"
    with closing(Reader(gateway.journal)) as journal:
        raw = journal.quarantined_raw(told["quarantine"])
        assert raw is not None
        assert raw.body == body
    until(lambda: told["quarantine"] in gateway.log.read_text())
    assert CANARY not in gateway.log.read_text()
