"""Every answer of the callback port, as a well-behaved sender gets it."""

from dataclasses import replace

import pytest
from aiohttp import ClientResponse, ClientSession

from gateway.core.errors import Busy, Reason
from gateway.core.model import Document, Value
from gateway.core.provider import Draft
from gateway.intake.body import Limits
from tests import sources
from tests.intake.port import (
    LIMITS,
    Port,
    Seen,
    callback,
    chunked,
    open_port,
    post,
    problem,
    request,
)

TARGET = "/callbacks/media/" + sources.SECRET.decode()


async def of(response: ClientResponse) -> tuple[int, str, Document]:
    """Status, media type and document of an answer."""
    return response.status, response.headers["Content-Type"], await response.json(content_type=None)


async def send(client: ClientSession, port: Port, body: bytes) -> tuple[int, str, Document]:
    async with client.post(port.url(TARGET), data=body) as response:
        return await of(response)


async def test_a_callback_is_accepted_with_the_ids_of_its_events(
    port: Port, client: ClientSession
) -> None:
    """200, the event ids that are in the journal, and exact bytes with it."""
    body = callback()
    answer = await send(client, port, body)
    (entry,) = port.journal.entries
    ids = [event.id for event in entry.events]
    assert len(ids) == 1
    assert answer == (200, "application/json", {"status": "accepted", "events": ids})
    assert entry.body == body
    assert port.seen == [Seen("media", "accepted", "", 200)]


async def test_several_jobs_in_one_callback_are_answered_with_their_ids_in_order(
    port: Port, client: ClientSession
) -> None:
    """One event each, in the order of the callback."""
    jobs = [{"JobId": f"j{number}", "Tag": "Transcode", "State": "Success"} for number in range(3)]
    body = sources.as_json({"EventName": "TaskFinish", "JobsDetail": jobs})
    answer = await send(client, port, body)
    (entry,) = port.journal.entries
    assert [event.subject for event in entry.events] == ["j0", "j1", "j2"]
    ids = [event.id for event in entry.events]
    assert answer == (200, "application/json", {"status": "accepted", "events": ids})


async def test_the_same_callback_again_is_a_duplicate_with_the_same_ids(
    port: Port, client: ClientSession
) -> None:
    """The answer to a repeat differs in one word."""
    _, _, first = await send(client, port, callback())
    answer = await send(client, port, callback())
    assert answer == (200, "application/json", {"status": "duplicate", "events": first["events"]})
    assert [seen.result for seen in port.seen] == ["accepted", "duplicate"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b" \r\n\t", "empty", id="blank"),
        pytest.param(b"hello", "not_xml_or_json", id="text"),
        pytest.param(b'{"a":', "malformed_json", id="json"),
        pytest.param(b'{"a":1,"a":2}', "malformed_json", id="repeated key"),
        pytest.param(b"<a>", "malformed_xml", id="xml"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "doctype", id="doctype"),
        pytest.param(b'{"a":"\xff"}', "encoding", id="latin"),
        pytest.param(b"[" * 65 + b"]" * 65, "too_deep", id="deep"),
        pytest.param(b'{"EventName":"TaskFinish"}', "schema", id="no job"),
        pytest.param(b"\x1f\x8b\x08\0\0", "not_xml_or_json", id="gzip"),
    ],
)
async def test_what_is_authentic_but_unreadable_is_quarantined_whole(
    port: Port, client: ClientSession, body: bytes, reason: str
) -> None:
    """200 with the id and the reason; the exact bytes are in the journal."""
    answer = await send(client, port, body)
    (entry,) = port.journal.entries
    assert entry.quarantine is not None
    assert answer == (
        200,
        "application/json",
        {"status": "quarantined", "quarantine": entry.quarantine.id, "reason": reason},
    )
    assert (entry.body, entry.events) == (body, ())
    assert port.seen == [Seen("media", "quarantined", reason, 200)]


async def test_the_refusing_check_is_told_to_the_observer_alone(client: ClientSession) -> None:
    """401 is one and the same for a wrong token, none, a strange bucket and no bucket."""
    strange = sources.as_json(sources.job(Input={"BucketId": "other-1"}))
    requests = [
        ("/callbacks/media/wrong", callback()),
        ("/callbacks/media", callback()),
        ("/callbacks/media/wrong", b"not readable"),
        (TARGET, strange),
        (TARGET, callback()),
    ]
    async with open_port(sources.BOUND) as port:
        answers = []
        for target, body in requests:
            async with client.post(port.url(target), data=body) as response:
                volatile = {"Date"}
                headers = {k: v for k, v in response.headers.items() if k not in volatile}
                answers.append((await of(response), headers, await response.read()))
    expected = (401, "application/problem+json", problem(401, "unauthenticated"))
    assert [answer[0] for answer in answers] == [expected] * len(requests)
    assert [answer for answer in answers if answer != answers[0]] == []
    assert [seen.reason for seen in port.seen] == ["token"] * 3 + ["buckets"] * 2
    assert {(seen.source, seen.result) for seen in port.seen} == {("media", "refused")}
    assert port.journal.entries == []
    assert port.recorder.made == [None] * len(requests)


@pytest.mark.parametrize(
    ("target", "reason", "source"),
    [
        ("/callbacks/other/x", "unknown_source", "(none)"),
        ("/callbacks/other", "unknown_source", "(none)"),
        ("/callbacks/(none)", "unknown_source", "(none)"),
        ("/callbacks/MEDIA", "unknown_source", "(none)"),
        ("/", "not_found", "(none)"),
        ("/metrics", "not_found", "(none)"),
        ("/healthz", "not_found", "(none)"),
        ("/api/v1/events", "not_found", "(none)"),
    ],
)
async def test_what_is_not_a_callback_url_is_not_found(
    port: Port, client: ClientSession, target: str, reason: str, source: str
) -> None:
    """404; a label never comes from the input; the admin port is not reachable from here."""
    async with client.post(port.url(target), data=callback()) as response:
        answer = await of(response)
    assert answer == (404, "application/problem+json", problem(404, reason))
    assert port.seen == [Seen(source, "refused", reason, 404)]
    assert port.journal.entries == []


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PURGE"])
@pytest.mark.parametrize("target", ["/callbacks/media", TARGET], ids=["bare", "secret"])
async def test_only_post_is_allowed(
    port: Port, client: ClientSession, method: str, target: str
) -> None:
    """405 with `Allow`, on the URL with the secret and without it."""
    async with client.request(method, port.url(target)) as response:
        answer = await of(response)
        allowed = response.headers["Allow"]
    assert answer == (405, "application/problem+json", problem(405, "method_not_allowed"))
    assert allowed == "POST"
    assert port.seen == [Seen("media", "refused", "method_not_allowed", 405)]


async def test_a_head_request_gets_the_405_without_its_body(port: Port) -> None:
    """The length is told, no body follows, and the connection goes on."""
    head = request(b"/callbacks/media", method=b"HEAD")
    wire = await port.dial(head + post(callback()))
    reply = await wire.reply(empty=True)
    assert (reply.status, reply.headers["allow"]) == (405, "POST")
    assert (await wire.reply()).status == 200


async def test_a_method_that_http_does_not_know_is_not_allowed_either(port: Port) -> None:
    """405 with `Allow`, as for any other method."""
    reply = await port.ask(request(method=b"FETCH", headers=(b"Host: x", b"Content-Length: 0")))
    assert (reply.status, reply.headers.get("allow")) == (405, "POST")


async def test_a_body_of_no_length_is_refused(port: Port) -> None:
    """411 for a POST with neither a length nor chunks."""
    reply = await port.ask(request())
    assert (reply.status, reply.document) == (411, problem(411, "length_required"))
    assert reply.closes
    assert port.seen == [Seen("media", "refused", "length_required", 411)]


@pytest.mark.parametrize("body", [b"<Response/>", b'{"JobsDetail": {}}', b"\0"])
async def test_a_body_without_a_length_is_refused_as_such(port: Port, body: bytes) -> None:
    """The parser takes it for another request; one that cannot be read stays a 400."""
    closing = request(headers=(b"Host: x", b"Connection: close"))
    for head in (request(), closing, request(version=b"HTTP/1.0")):
        reply = await port.ask(head + body)
        assert (reply.status, reply.document) == (411, problem(411, "length_required"))
    assert (await port.ask(request(headers=(b"Host: x", b"X y: z")) + body)).status == 400


async def test_a_body_one_byte_too_long_is_refused_by_its_declared_length() -> None:
    """413 before a byte of the body was sent."""
    async with open_port(limits=Limits(max_body=100, timeout=5.0)) as port:
        reply = await port.ask(request(headers=(b"Host: x", b"Content-Length: 101")))
        assert (reply.status, reply.document) == (413, problem(413, "body_too_large"))
        assert reply.closes
        assert port.seen == [Seen("media", "refused", "body_too_large", 413)]


@pytest.mark.parametrize("size", [101, 150, 100_000])
async def test_chunks_that_add_up_to_too_much_are_refused(size: int) -> None:
    """413 whether the body came with its headers or later, finished or not."""
    async with open_port(limits=Limits(max_body=100, timeout=5.0)) as port:
        whole = await port.ask(chunked(b"%x\r\n%s\r\n0\r\n\r\n" % (size, b"x" * size)))
        wire = await port.dial(chunked())
        await wire.send(b"%x\r\n" % size + b"x" * size)
        endless = await wire.reply()
        for reply in (whole, endless):
            assert (reply.status, reply.document) == (413, problem(413, "body_too_large"))
            assert reply.closes
        assert port.statuses == [413, 413]
        assert port.journal.entries == []


@pytest.mark.parametrize("framing", ["length", "chunks"])
async def test_a_body_of_exactly_the_limit_is_read_whole(framing: str) -> None:
    """The limit itself is allowed, also beyond what the reader buffers."""
    body = b'{"a":"' + b"x" * (LIMITS.max_body - 8) + b'"}'
    assert len(body) == LIMITS.max_body
    sent = (
        post(body)
        if framing == "length"
        else chunked(b"%x\r\n" % len(body), body, b"\r\n0\r\n\r\n")
    )
    async with open_port() as port:
        reply = await port.ask(sent)
        assert (reply.status, reply.document["status"]) == (200, "accepted")
        assert [entry.body for entry in port.journal.entries] == [body]


async def test_a_body_that_does_not_come_is_given_up_at_its_deadline() -> None:
    """408, closed, and counted once; the connection's other half is not waited for."""
    async with open_port(limits=Limits(max_body=1000, timeout=0.1)) as port:
        reply = await port.ask(post(callback())[:-1])
        assert (reply.status, reply.document) == (408, problem(408, "body_timeout"))
        assert reply.closes
        assert port.seen == [Seen("media", "refused", "body_timeout", 408)]
        assert port.journal.entries == []


async def test_a_body_that_trickles_is_given_up_at_the_same_deadline() -> None:
    """A byte now and then buys no time."""
    async with open_port(limits=Limits(max_body=1000, timeout=0.2)) as port:
        wire = await port.dial(request(headers=(b"Host: x", b"Content-Length: 1000")))
        while await wire.nothing(0.02):
            await wire.send(b"x")
        assert port.statuses == [408]
        assert 0.15 <= port.recorder.seconds[0] < 2


@pytest.mark.parametrize("coding", ["", "identity", "Identity", "identity, identity", " "])
async def test_an_identity_encoding_is_no_encoding(port: Port, coding: str) -> None:
    """Accepted: the body is what it seems."""
    reply = await port.ask(post(callback(), b"Content-Encoding: " + coding.encode()))
    assert reply.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        [b"Content-Encoding: " + coding]
        for coding in (
            *(b"gzip", b"GZIP", b"x-gzip", b"deflate", b"compress", b"br", b"zstd", b"foo"),
            *(b"gzip, gzip", b"identity, gzip", b"gzip, identity", b"\xff", b"identity;q=1"),
        )
    ]
    + [[b"Content-Encoding: identity", b"Content-Encoding: gzip"]],
    ids=repr,
)
async def test_any_other_encoding_is_refused_unread(port: Port, headers: list[bytes]) -> None:
    """415, whatever the body is: nothing is ever inflated."""
    reply = await port.ask(post(callback(), *headers))
    assert (reply.status, reply.document) == (415, problem(415, "content_encoding"))
    assert reply.closes
    assert port.seen == [Seen("media", "refused", "content_encoding", 415)]


@pytest.mark.parametrize("expectation", [b"200-ok", b"", b"100-continue, foo", b"\xff"])
async def test_an_expectation_nobody_can_meet_is_refused(port: Port, expectation: bytes) -> None:
    """417."""
    reply = await port.ask(post(callback(), b"Expect: " + expectation))
    assert (reply.status, reply.document) == (417, problem(417, "expectation_failed"))
    assert reply.closes


@pytest.mark.parametrize(
    "reason", [Reason.JOURNAL_FULL, Reason.JOURNAL_UNAVAILABLE, Reason.OVERLOADED]
)
async def test_a_journal_that_cannot_take_it_means_try_again(port: Port, reason: Reason) -> None:
    """503 with `Retry-After`; on the same connection the next one may be accepted."""
    port.journal.trouble = Busy(reason, "canary")
    wire = await port.dial(post(callback()))
    reply = await wire.reply()
    assert (reply.status, reply.document) == (503, problem(503, reason))
    assert reply.headers["content-type"] == "application/problem+json"
    assert int(reply.headers["retry-after"]) > 0
    assert port.seen == [Seen("media", "busy", reason, 503)]
    port.journal.trouble = None
    await wire.send(post(callback()))
    assert (await wire.reply()).document["status"] == "accepted"


async def test_a_gateway_that_stops_takes_nothing_more(port: Port) -> None:
    """503 with `Retry-After` while draining; strangers still get their 404 and 405."""
    port.receiver.draining = True
    reply = await port.ask(post(callback()))
    assert (reply.status, reply.document) == (503, problem(503, "draining"))
    assert int(reply.headers["retry-after"]) > 0
    assert (await port.ask(post(callback(), target=b"/x"))).status == 404
    assert (await port.ask(request(method=b"GET"))).status == 405
    assert port.journal.entries == []
    assert port.seen[0] == Seen("media", "busy", "draining", 503)


async def test_only_a_busy_answer_asks_to_come_back(port: Port, client: ClientSession) -> None:
    """`Retry-After` and `Allow` stand where they belong and nowhere else."""
    for target in (TARGET, "/callbacks/media/wrong", "/nowhere"):
        async with client.post(port.url(target), data=callback()) as response:
            assert {"Retry-After", "Allow"} & set(response.headers) == set()


async def test_nothing_is_answered_before_the_journal_has_it(port: Port) -> None:
    """The 200 waits for the disk, and is not counted until then."""
    port.journal.disk.clear()
    wire = await port.dial(post(callback()))
    assert await wire.nothing()
    assert (port.journal.waiting, port.seen) == (1, [])
    port.journal.disk.set()
    assert (await wire.reply()).status == 200
    assert port.statuses == [200]


async def test_a_bug_is_a_counted_500_that_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The server goes on, on the same connection too; the log has the traceback, once."""

    def normalize(document: Value) -> list[Draft]:
        raise RuntimeError("canary")

    async with open_port(
        sources.OPEN, replace(sources.OPEN, name="broken", normalize=normalize)
    ) as port:
        wire = await port.dial(
            post(callback(), target=b"/callbacks/broken/" + sources.SECRET) + post(callback())
        )
        reply = await wire.reply()
        assert (reply.status, reply.document) == (500, problem(500, "internal"))
        assert (await wire.reply()).status == 200
        assert port.seen == [
            Seen("broken", "refused", "internal", 500),
            Seen("media", "accepted", "", 200),
        ]
    assert [record.levelname for record in caplog.records] == ["ERROR"]


async def test_an_observer_that_fails_costs_no_sender_its_answer(port: Port) -> None:
    """Whatever happens inside, there is one of our answers, and the observer is told once."""
    port.recorder.trouble = RuntimeError("canary")
    reply = await port.ask(post(callback()))
    assert reply.status in (200, 500)
    assert len(port.seen) == 1
