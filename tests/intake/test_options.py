"""The handshake of CloudEvents' web hooks: a sender asks with OPTIONS before it delivers."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from gateway.providers.cloudevents.handshake import handshake
from tests import sources
from tests.intake.port import PATH, Port, Reply, Seen, callback, open_port, post, problem, request

ASKING = replace(sources.OPEN, name="events", options=handshake)
EVENTS = b"/callbacks/events/" + sources.SECRET
ORIGIN = b"WebHook-Request-Origin: eventemitter.example.com"


@pytest.fixture
async def port() -> AsyncIterator[Port]:
    """Two sources; only the provider of `events` has an answer."""
    async with open_port(sources.OPEN, ASKING) as opened:
        yield opened


async def options(port: Port, *headers: bytes, target: bytes = EVENTS, body: bytes = b"") -> Reply:
    length = (b"Content-Length: %d" % len(body),) if body else ()
    sent = (b"Host: gateway", *length, *headers)
    return await port.ask(request(target, method=b"OPTIONS", headers=sent, body=body))


@pytest.mark.parametrize("more", [(), (b"WebHook-Request-Rate: 120",), (b"X-Other: x",)])
async def test_a_sender_that_asks_is_answered(port: Port, more: tuple[bytes, ...]) -> None:
    """200 with its own name and no limit of the rate; counted as a probe, and nothing is kept."""
    reply = await options(port, ORIGIN, *more)
    assert (reply.status, reply.document) == (200, {"status": "ignored", "reason": "probe"})
    said = {name: reply.headers.get(name) for name in ALLOWED}
    assert said == ALLOWED
    assert port.seen == [Seen("events", "ignored", "probe", 200)]
    assert port.journal.entries == []


ALLOWED = {
    "allow": "POST",
    "webhook-allowed-origin": "eventemitter.example.com",
    "webhook-allowed-rate": "*",
}


@pytest.mark.parametrize(
    ("per_minute", "told"), [(6000.0, "6000"), (90.5, "90"), (0.06, "1"), (1e9 * 60, "60000000000")]
)
async def test_a_limited_source_says_how_many_a_minute_it_takes(
    per_minute: float, told: str
) -> None:
    """Whole and at least one, as the specification has it; a burst is not told."""
    async with open_port(replace(ASKING, per_minute=per_minute)) as port:
        reply = await options(port, ORIGIN, b"WebHook-Request-Rate: 120")
        assert reply.headers["webhook-allowed-rate"] == told


@pytest.mark.parametrize("path", [b"/callbacks/events", EVENTS, EVENTS + b"?a=b"])
async def test_the_url_that_will_be_delivered_to_is_asked(port: Port, path: bytes) -> None:
    """Its secret is not looked at: an agreement lets nobody in."""
    assert (await options(port, ORIGIN, target=path)).status == 200


@pytest.mark.parametrize("origin", [b"a", b"*.example.com", b"https://x.org:1/", b"x" * 255])
async def test_an_origin_is_repeated_as_it_was_written(port: Port, origin: bytes) -> None:
    reply = await options(port, b"WEBHOOK-REQUEST-ORIGIN: " + origin)
    assert reply.headers["webhook-allowed-origin"] == origin.decode()


REFUSED = {
    "no origin": [],
    "an empty one": [b"WebHook-Request-Origin:"],
    "two": [ORIGIN, ORIGIN],
    "one with a space": [b"WebHook-Request-Origin: a b"],
    "one that is not ASCII": [b"WebHook-Request-Origin: \xc3\xbc"],
    "one that is not UTF-8": [b"WebHook-Request-Origin: \xff"],
    "a long one": [b"WebHook-Request-Origin: " + b"x" * 256],
    "a browser's question": [b"Origin: https://x.org", b"Access-Control-Request-Method: POST"],
}


@pytest.mark.parametrize("name", REFUSED)
async def test_any_other_options_is_refused(port: Port, name: str) -> None:
    """405 as for any other method; no agreement stands in it."""
    reply = await options(port, *REFUSED[name])
    assert (reply.status, reply.document) == (405, problem(405, "method_not_allowed"))
    assert not [header for header in reply.headers if header.startswith("webhook")]
    assert port.seen == [Seen("events", "refused", "method_not_allowed", 405)]


@pytest.mark.parametrize(
    ("method", "path"), [(b"OPTIONS", PATH), (b"GET", EVENTS), (b"HEADOPTIONS", EVENTS)]
)
async def test_no_other_source_and_no_other_method_agrees(
    port: Port, method: bytes, path: bytes
) -> None:
    reply = await port.ask(request(path, method=method, headers=(b"Host: gateway", ORIGIN)))
    assert reply.status == 405
    assert "webhook-allowed-origin" not in reply.headers


async def test_an_unknown_source_agrees_to_nothing(port: Port) -> None:
    """404."""
    reply = await options(port, ORIGIN, target=b"/callbacks/other")
    assert reply.status == 404
    assert "webhook-allowed-origin" not in reply.headers


async def test_after_the_agreement_every_delivery_is_checked(port: Port) -> None:
    """On the same connection too; the secret is what counts."""
    asked = request(EVENTS, method=b"OPTIONS", headers=(b"Host: gateway", ORIGIN))
    wrong = post(callback(), ORIGIN, target=b"/callbacks/events/wrong")
    wire = await port.dial(asked + wrong + post(callback(), ORIGIN, target=EVENTS))
    assert [(await wire.reply()).status for _ in range(3)] == [200, 401, 200]


async def test_a_body_of_a_question_is_not_read(port: Port) -> None:
    """The connection ends with its answer, which is an agreement all the same."""
    reply = await options(port, ORIGIN, body=b"x" * 100)
    assert (reply.status, reply.headers["webhook-allowed-rate"]) == (200, "*")
