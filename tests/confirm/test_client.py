"""Questions are asked over HTTP as CI wants them, and nobody else is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from gateway.confirm.answer import Reply, Unanswered
from gateway.confirm.client import LARGEST, Client
from gateway.confirm.q_sign import Credentials
from gateway.confirm.query import Question
from tests.confirm.ci import NOW, SECRET_ID, SECRET_KEY, TOKEN, Ci, error, serving
from tests.cycles import kept_in_cycles
from tests.intake.port import until


def client(*, key: bytes = SECRET_KEY, token: str = "", limit: int = 8) -> Client:
    """A client with the right key."""
    return Client(Credentials(SECRET_ID, key, token), limit=limit, clock=lambda: NOW + 0.9)


@pytest.fixture
async def ci() -> AsyncIterator[Ci]:
    """A CI that knows one job."""
    async with serving(Ci()) as made:
        made.answers["/jobs/j1"] = (200, b"<Response/>")
        yield made


@pytest.mark.parametrize("token", ["", TOKEN])
async def test_a_question_is_signed(ci: Ci, token: str) -> None:
    """With the token of a temporary key, where there is one."""
    assert await client(token=token).ask(Question(ci.origin, "/jobs/j1")) == (200, b"<Response/>")
    assert ci.asked == ["/jobs/j1"]
    assert ci.hosts == {ci.origin.removeprefix("http://")}


async def test_an_id_with_an_equals_sign_is_asked_as_it_is(ci: Ci) -> None:
    """The id of a triggered run ends with one."""
    ci.answers["/workflowexecution/iMQ="] = (200, b"<a/>")
    question = Question(ci.origin, "/workflowexecution/iMQ=")
    assert await client().ask(question) == (200, b"<a/>")
    assert ci.asked == ["/workflowexecution/iMQ="]


async def test_a_wrong_key_is_an_answer_too(ci: Ci) -> None:
    """It is for the judge to say what it means."""
    reply = await client(key=b"other").ask(Question(ci.origin, "/jobs/j1"))
    assert reply == Reply(403, error("SignatureDoesNotMatch"))


async def test_a_redirect_is_not_followed(ci: Ci) -> None:
    """It would carry the signature, and the question, elsewhere."""

    async def redirect(request: web.BaseRequest) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{ci.origin}/elsewhere"})

    ci.handler = redirect
    assert (await client(token=TOKEN).ask(Question(ci.origin, "/jobs/j1"))).status == 302
    assert ci.asked == ["/jobs/j1"]


async def test_the_environment_names_no_proxy(ci: Ci, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the gateway believes is between it and the configured host."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert (await client().ask(Question(ci.origin, "/jobs/j1"))).status == 200


@pytest.mark.parametrize("size", [LARGEST, LARGEST + 1])
async def test_an_endless_answer_is_none(ci: Ci, size: int) -> None:
    """No more is read than could be right."""
    ci.answers["/jobs/j1"] = (200, b"x" * size)
    if size <= LARGEST:
        assert len((await client().ask(Question(ci.origin, "/jobs/j1"))).body) == size
        return
    with pytest.raises(Unanswered, match="larger than"):
        await client().ask(Question(ci.origin, "/jobs/j1"))


async def test_a_compressed_answer_is_not_unpacked(ci: Ci) -> None:
    """None was asked for; a small one could unpack to anything."""

    async def packed(request: web.BaseRequest) -> web.Response:
        assert request.headers["Accept-Encoding"] == "identity"
        return web.Response(body=b"\x1f\x8b...", headers={"Content-Encoding": "gzip"})

    ci.handler = packed
    assert (await client().ask(Question(ci.origin, "/jobs/j1"))).body == b"\x1f\x8b..."


async def test_nobody_there_is_no_answer(ci: Ci) -> None:
    """Nor is one that is no HTTP, or that ends in the middle."""
    with pytest.raises(Unanswered, match="ClientConnectorError"):
        await client().ask(Question("http://127.0.0.1:9", "/jobs/j1"))
    for said in (b"", b"SSH-2.0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"):
        async with saying(said) as origin:
            with pytest.raises(Unanswered, match="cannot be reached"):
                await client().ask(Question(origin, "/jobs/j1"))


async def test_a_question_without_an_answer_leaves_nothing(ci: Ci) -> None:
    """No cycle: the receivers' collector comes so seldom that MiB would wait for it."""
    ci.answers["/jobs/j1"] = (200, b"x" * (LARGEST + 1))
    asking, half = client(), b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
    with kept_in_cycles() as kept:
        async with saying(b"SSH-2.0\r\n\r\n") as no_http, saying(half) as halves:
            for origin in ("http://127.0.0.1:9", no_http, halves, ci.origin):
                with pytest.raises(Unanswered):
                    await asking.ask(Question(origin, "/jobs/j1"))
    assert kept == []


async def test_no_more_than_its_limit_are_asked_at_a_time(ci: Ci) -> None:
    """The others wait for their turn."""
    asked, most, go = 0, 0, asyncio.Event()

    async def slow(request: web.BaseRequest) -> web.Response:
        nonlocal asked, most
        asked += 1
        most = max(most, asked)
        await go.wait()
        asked -= 1
        return web.Response()

    ci.handler = slow
    bounded = client(limit=3)
    questions = [
        asyncio.create_task(bounded.ask(Question(ci.origin, f"/jobs/j{number}")))
        for number in range(10)
    ]
    await until(lambda: asked == 3)
    go.set()
    await asyncio.gather(*questions)
    assert (most, len(ci.asked)) == (3, 10)


@asynccontextmanager
async def saying(words: bytes) -> AsyncIterator[str]:
    """A server that reads a request, says `words` and leaves."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
