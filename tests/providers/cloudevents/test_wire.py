"""CloudEvents on the wire, against a real port: what HTTP does to heads and bodies."""

import json
from collections.abc import AsyncIterator, Mapping

import pytest

from gateway.core.model import Document
from tests.intake.port import Port, Reply, open_port, post
from tests.providers.cloudevents.messages import JSON, MINIMAL, SOURCE, Message, binary, received


@pytest.fixture
async def port() -> AsyncIterator[Port]:
    """The source `media` of the provider."""
    async with open_port(SOURCE) as opened:
        yield opened


def lines(headers: Mapping[str, str | bytes]) -> list[bytes]:
    return [
        name.encode() + b": " + (value if isinstance(value, bytes) else value.encode())
        for name, value in headers.items()
    ]


async def ask(port: Port, message: Message) -> Reply:
    headers, body = message
    return await port.ask(post(body, *lines(headers)))


def kept(port: Port) -> list[Document]:
    """The data of every event in the journal."""
    return [
        json.loads(event.json)["data"] for entry in port.journal.entries for event in entry.events
    ]


async def test_an_event_in_headers_is_accepted(port: Port) -> None:
    """With white space around its values, and its names in any case."""
    spaced = {f"Ce-{name.title()}": f"  {value}\t" for name, value in MINIMAL.items()}
    reply = await ask(port, (spaced | {"Content-Type": "application/json"}, b"1"))
    assert reply.document["status"] == "accepted"
    (expected,) = received(binary(b"1", "application/json"))
    assert kept(port) == [expected["data"]]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({**binary()[0], "ce-subject": b"\xff"}, "encoding"),
        ({**binary()[0], "ce-my-ext": "x"}, "schema"),
        ({**binary()[0], "ce-id": ""}, "schema"),
        ({**JSON}, "empty"),
    ],
)
async def test_what_is_no_event_is_told_why(
    port: Port, headers: dict[str, str | bytes], reason: str
) -> None:
    """200, since it is kept."""
    reply = await ask(port, (headers, b""))
    assert (reply.status, reply.document["reason"]) == (200, reason)


async def test_a_repeated_header_is_ambiguous(port: Port) -> None:
    headers, _ = binary()
    reply = await port.ask(post(b"", *lines(headers), b"Ce-Id: other"))
    assert reply.document["reason"] == "ambiguous"


FLOODS = {
    "many attributes": [b"ce-a%d: x" % number for number in range(20_000)],
    "one attribute many times": [b"ce-id: minimal"] * 20_000,
    "a long attribute": [b"ce-ext: " + b"x" * 200_000],
    "a long attribute of percent signs": [b"ce-ext: " + b"%" * 8_000],
    "a long name": [b"ce-" + b"x" * 200_000 + b": x"],
}


@pytest.mark.parametrize("name", FLOODS)
async def test_a_flood_of_headers_is_answered(port: Port, name: str) -> None:
    """Read, or refused as no HTTP; then the next callback is served."""
    headers, _ = binary()
    reply = await port.ask(post(b"", *lines(headers), *FLOODS[name]))
    assert reply.status in (200, 400)
    assert (await ask(port, binary())).document["events"] == [received(binary())[0]["id"]]


async def test_an_event_without_a_body_is_one(port: Port) -> None:
    """As its specification says; it needs a length all the same."""
    assert (await ask(port, binary())).document["status"] == "accepted"
    assert kept(port) == [{"provider": "cloudevents", "event": MINIMAL}]
