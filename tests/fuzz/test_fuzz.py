"""A short run of the fuzzer with every run of the tests; and that it notices what it looks for."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.fixtures import NewGateway
from tests.fuzz.inputs import KINDS, LARGEST, MAX_BODY, VALID_EVERY, Input, made
from tests.fuzz.laws import broken
from tests.fuzz.report import figures, keep
from tests.fuzz.run import SETTINGS, Outcome, Plan, run
from tests.fuzz.tally import Tally
from tests.fuzz.verdict import Mistake, Owed, Reply, Told, judged
from tests.fuzz.wire import Wire

SEED = 1
INPUTS = 700
ID = "0" * 32


async def test_hostile_input_is_answered_and_nothing_of_it_stays(
    new_gateway: NewGateway, tmp_path: Path
) -> None:
    """Every input gets an answer that is owed to it; journal, counts and log agree with it."""
    gateway = new_gateway(SETTINGS)
    gateway.start()
    outcome = await run(gateway, Plan(SEED, INPUTS), lambda _: None)
    found = figures(outcome, tmp_path)
    assert (found["failures"], outcome.broken) == ([], [])
    assert set(outcome.tally.results) == set(KINDS)
    assert outcome.tally.results["valid"] == {"accepted": INPUTS // VALID_EVERY}
    assert json.loads(keep(found, datetime.now(UTC), tmp_path).read_text())["inputs"] == INPUTS


def test_an_input_is_made_of_its_seed_and_index_alone() -> None:
    """So that a failure can be had again; another seed or index is another input."""
    assert [made(SEED, index) for index in range(200)] == [
        made(SEED, index) for index in reversed(range(200))
    ][::-1]
    assert len({made(seed, index).request for seed in range(3) for index in range(100)}) > 280


def test_the_largest_bodies_are_as_large_as_a_body_may_be() -> None:
    """Within a tenth: they are there for the memory that they take."""
    sizes = [len(made(SEED, index).request) for index in LARGEST]
    assert len(sizes) == len(set(LARGEST.values()))
    assert [size for size in sizes if not 0.9 * MAX_BODY < size < MAX_BODY] == []


def reply(status: int, document: object, kind: str = "application/json") -> Reply:
    """An answer on a connection that goes on."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Reply("HTTP/1.1", status, {"content-type": kind}, body)


ACCEPTED = {"status": "accepted", "events": [ID]}
PROBLEM = {
    "type": "urn:callback-gateway:problem:unauthenticated",
    "title": "Unauthorized",
    "status": 401,
    "reason": "unauthenticated",
}
OF_PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("answer", "owed"),
    [
        (reply(500, {"reason": "internal"}, OF_PROBLEM), Owed(frozenset({500}))),
        (reply(503, {"reason": "overloaded"}, OF_PROBLEM), Owed(frozenset({503}))),
        (reply(408, PROBLEM | {"status": 408}, OF_PROBLEM), Owed(frozenset({408}))),
        (reply(202, ACCEPTED), Owed(frozenset({202}))),
        (reply(200, ACCEPTED), Owed(frozenset({401}))),
        (reply(200, ACCEPTED), Owed(result="quarantined")),
        (reply(200, ACCEPTED), Owed(events=2)),
        (reply(200, ACCEPTED, "text/plain"), Owed()),
        (reply(200, ACCEPTED | {"more": 1}), Owed()),
        (reply(200, {"status": "accepted", "events": []}), Owed()),
        (reply(200, {"status": "accepted", "events": ["j1"]}), Owed()),
        (reply(200, {"status": "quarantined", "quarantine": ID, "reason": "odd"}), Owed()),
        (reply(200, {"status": "ignored", "reason": "empty"}), Owed()),
        (reply(200, b""), Owed()),
        (reply(200, b"[]"), Owed()),
        (reply(401, PROBLEM), Owed(frozenset({401}))),
        (reply(401, PROBLEM | {"detail": "x"}, OF_PROBLEM), Owed(frozenset({401}))),
        (reply(401, PROBLEM, OF_PROBLEM), Owed()),
        (reply(401, PROBLEM, OF_PROBLEM), Owed(frozenset({401}), reason="buckets")),
        (reply(401, b"Traceback (most recent call last)", OF_PROBLEM), Owed(frozenset({401}))),
    ],
)
def test_an_answer_that_is_not_owed_is_a_mistake(answer: Reply, owed: Owed) -> None:
    """Another status, a member too many, an id that is none, a reason that is not documented."""
    with pytest.raises(Mistake):
        judged(answer, owed)


def test_an_answer_that_is_owed_says_what_it_means() -> None:
    """The same answers, when they are right."""
    assert judged(reply(200, ACCEPTED), Owed()) == Told("accepted", "", (ID,))
    refused = judged(reply(401, PROBLEM, OF_PROBLEM), Owed(frozenset({200, 401})))
    assert refused == Told("refused", "unauthenticated")


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[Wire]:
    """A wire to a server that says `answer` to whatever comes first, and hangs up."""

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answered, "127.0.0.1", 0)
    async with server:
        with Wire(server.sockets[0].getsockname()[1]) as wire:
            yield wire


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nA: b\r\nA: b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"ICY 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"\xff\r\n\r\n",
    ],
)
async def test_what_is_no_whole_answer_is_a_mistake(answer: bytes) -> None:
    """A connection that ends, a length that is not kept, what is not HTTP."""
    async with answering(answer) as wire:
        with pytest.raises(Mistake):
            await wire.ask(b"POST / HTTP/1.1\r\n\r\n")


def test_what_is_lost_is_noticed(new_gateway: NewGateway) -> None:
    """Answers that nothing counted, ids that are not kept, a valid callback that is not there."""
    gateway = new_gateway(SETTINGS)
    gateway.start()
    tally = Tally()
    tally.answered(made(SEED, 0), Told("accepted", "", (ID,)), 1.0)
    tally.answered(Input(1, "bytes", b"", Owed()), Told("quarantined", "schema", (ID,)), 1.0)
    found = list(broken(gateway, gateway.child("receiver"), SEED, tally=tally, growth_mib=0.0))
    assert [law.split()[:3] for law in found] == [
        ["the", "metrics", "count"],
        ["events:", "1", "ids"],
        ["quarantine:", "1", "ids"],
        ["the", "event", "of"],
    ]


def test_a_failing_request_is_kept_with_how_to_send_it_again(tmp_path: Path) -> None:
    """Byte for byte."""
    tally = Tally()
    tally.failure(made(SEED, 7), "500 is not owed", 3)
    outcome = Outcome(
        Plan(SEED, 1), tally, 1.0, connections=1, rss_start_mib=0, rss_end_mib=0, broken=[]
    )
    assert not outcome.is_good
    kept = tmp_path / f"{SEED}-7.http"
    assert str(kept) in json.dumps(figures(outcome, tmp_path))
    assert kept.read_bytes() == made(SEED, 7).request
