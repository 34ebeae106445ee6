"""A configured source with `confirm`: from the callback to CI and back to the answer."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.core.pipeline import process
from gateway.desk.retrying import Ending, Retry
from gateway.journal import Reader, Writer
from tests import sources
from tests.confirm.callbacks import configured, document, received
from tests.confirm.ci import Ci, answer, error, serving
from tests.intake.port import Port, Reply, open_port, post


@pytest.fixture
async def ci() -> AsyncIterator[Ci]:
    """A CI that knows no job yet, by the clock of this machine."""
    made = Ci()
    made.clock = time.time
    async with serving(made):
        yield made


@pytest.fixture
async def port(ci: Ci) -> AsyncIterator[Port]:
    """The callback port of a gateway with that configuration."""
    async with open_port(configured(ci.origin)) as opened:
        yield opened


async def posted(port: Port, body: object) -> Reply:
    """The answer to a callback."""
    return await port.ask(post(sources.as_json(body)))


async def test_a_callback_that_ci_confirms_is_accepted(ci: Ci, port: Port) -> None:
    """Asked with a signature that CI finds right, and published with the original user data."""
    made = document()
    ci.answers["/jobs/j1"] = (200, answer({"JobsDetail": made["JobsDetail"]}))
    assert (await posted(port, made)).document["status"] == "accepted"
    assert (await posted(port, made)).document["status"] == "duplicate"
    assert ci.asked == ["/jobs/j1"]
    first = port.journal.entries[0]
    assert first.verified_by == "token,user_data,confirmed"
    assert b'"user_data":"order-42"' in first.events[0].json


async def test_a_callback_that_ci_contradicts_is_refused(ci: Ci, port: Port) -> None:
    """The sender is told no more than of any check; nothing is kept."""
    reply = await posted(port, document())
    assert (reply.status, reply.document["reason"]) == (401, "unauthenticated")
    assert ci.asked == ["/jobs/j1"]
    assert port.journal.entries == []
    assert (port.recorder.seen[-1].reason, port.recorder.made[-1]) == ("confirm", None)


async def test_a_callback_without_an_answer_of_ci_is_quarantined(ci: Ci, port: Port) -> None:
    """It is durable, so the sender gets its 200."""
    ci.answers["/jobs/j1"] = (503, error("SlowDown"))
    reply = await posted(port, document())
    (entry,) = port.journal.entries
    assert entry.quarantine is not None
    assert (reply.status, reply.document) == (
        200,
        {"status": "quarantined", "quarantine": entry.quarantine.id, "reason": "unconfirmed"},
    )
    assert (entry.events, entry.quarantine.detail) == ((), "CI answered 503 SlowDown")


async def test_what_other_checks_refuse_is_not_asked_about(ci: Ci, port: Port) -> None:
    """CI is asked last: nobody can make the gateway ask without the secret."""
    body = sources.as_json(document())
    assert (await port.ask(post(body, target=b"/callbacks/media/other"))).status == 401
    assert (await posted(port, sources.job())).status == 401
    assert ci.asked == []


async def test_what_was_held_is_confirmed_by_a_retry(ci: Ci, tmp_path: Path) -> None:
    """`gateway quarantine retry` asks again; the user data is judged by its reception of then."""
    source, made = configured(ci.origin), document()
    ci.answers["/jobs/j1"] = (503, error("SlowDown"))
    assert source.confirm is not None
    held = await source.confirm(process(received(made), source))
    assert held.entry.quarantine is not None
    path, at = tmp_path / "journal.db", sources.RECEIVED_AT
    with Writer(path, max_size=1 << 24) as writer, Reader(path) as reader:
        writer.append([held.entry])
        retry = Retry(reader, writer, {source.name: source})
        assert (await retry.one(held.entry.quarantine.id, at=at)).ending is Ending.FAILED
        ci.answers["/jobs/j1"] = (200, answer({"JobsDetail": made["JobsDetail"]}))
        retried = await retry.one(held.entry.quarantine.id, at=at)
        assert retried.ending is Ending.ACCEPTED
        (record,) = reader.newest(1)
    event = json.loads(record.event.json)
    assert event["verifiedby"] == "token,user_data,confirmed"
    assert event["data"]["job"]["user_data"] == "order-42"


def test_without_the_stage_nothing_of_such_a_source_is_published() -> None:
    """Whoever processes a callback again must have it confirmed again."""
    source = configured("http://127.0.0.1:9")
    assert process(received(document()), source).entry.events == ()
