"""`gateway send` posts files as a sender would, and tells by its exit code how it went."""

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer as TestServer

from tests.broker.kafka import free_port
from tests.commands.conftest import Run, Served
from tests.e2e.gateway import callback
from tests.laws.cases import CASES, EXAMPLES


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A body of its own."""
    path = tmp_path / "callback.json"
    path.write_bytes(callback(tmp_path.name))
    return path


def test_it_sends_a_body(run: Run, served: Served, file: Path) -> None:
    """The first time accepted, then a duplicate; both are 200 and done."""
    first = run("send", file, "--to", served.gateway.url)
    again = run("send", file, "--to", served.gateway.url)
    assert (first.exit_code, first.stderr, again.exit_code, again.stderr) == (0, "", 0, "")
    event = first.stdout.split()[-1]
    served.ids.append(event)
    assert first.stdout == f"{file}: 200 accepted {event}\n"
    assert again.stdout == f"{file}: 200 duplicate {event}\n"


def test_it_sends_several_files_and_the_body_of_a_http_file(run: Run, served: Served) -> None:
    """With `--json` one object for each, in their order."""
    files = sorted(EXAMPLES.glob("tencent-ci/*.http"))[:5]
    result = run("send", *files, "--to", served.gateway.url, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["file"] for each in told] == [str(file) for file in files]
    assert {each["http"] for each in told} == {200}
    for each, case in zip(told, CASES, strict=False):
        served.ids.extend(each.get("events", ()))
        assert len(each.get("events", ())) == len(case.expected.get("events", ()))
        assert each.get("reason") == case.expected.get("quarantine")


async def test_it_sends_the_headers_of_a_http_file(run: Run, tmp_path: Path) -> None:
    """But for those that say how it was sent; a body alone says what it is."""
    request = "POST /x HTTP/1.1\r\nX-Title: Ångström\r\n".encode()
    request += b"Host: old\r\nContent-Length: 99\r\nExpect: 100-continue\r\n"
    request += (
        b"X-GitHub-Event: push\r\nContent-Type:text/json\r\nX-Hub-Signature-256: old\r\n\r\n{}"
    )
    (tmp_path / "whole.http").write_bytes(request)
    (tmp_path / "secret").write_bytes(b"0123456789abcdef0123456789abcdef")
    for name, body in (("a.xml", b" <a/>"), ("b.json", b"[]")):
        (tmp_path / name).write_bytes(body)
    seen: list[web.BaseRequest] = []

    async def see(request: web.BaseRequest) -> web.Response:
        await request.read()
        seen.append(request)
        return web.Response()

    async with TestServer(see) as server:
        words = ["--to", str(server.make_url("/")), "--sign", "github"]
        words += ["--secret", f"file:{tmp_path}/secret"]
        files = [tmp_path / name for name in ("whole.http", "a.xml", "b.json")]
        assert (await asyncio.to_thread(run, "send", *files, *words)).exit_code == 0
    whole = seen[0].headers
    assert (whole["X-GitHub-Event"], whole["Content-Type"]) == ("push", "text/json")
    assert whole["X-Hub-Signature-256"].startswith("sha256=")
    assert whole["X-Title"] == "Ångström"
    assert (whole["Content-Length"], whole["Host"] == "old", "Expect" in whole) == (
        "2",
        False,
        False,
    )
    told = [each.headers["Content-Type"] for each in seen[1:]]
    assert told == ["application/xml", "application/json"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"POST /x HTTP/1.1\r\nno header\r\n\r\n", "line 2"),
        (b"POST /x HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "line 3"),
        (b"POST /x HTTP/1.1\nA: b\0\n\nbody\r\n\r\n", "line 2"),
        (b"POST /x HTTP/1.1\r\nA: \xff\r\n\r\n", "UTF-8"),
        (b"A: b\r\n\r\n", "begins with no POST"),
        (b"", "begins with no POST"),
    ],
)
def test_a_http_file_that_is_no_request_is_a_mistake(
    run: Run, tmp_path: Path, content: bytes, what: str
) -> None:
    """Nothing of it is sent."""
    (tmp_path / "a.http").write_bytes(content)
    sent = run("send", tmp_path / "a.http", "--to", "http://127.0.0.1:9/")
    assert sent.exit_code == 2
    assert what in sent.stderr


def test_an_answer_other_than_200_is_a_failure(run: Run, served: Served, file: Path) -> None:
    """All files are sent all the same; the reason is shown."""
    url = served.gateway.url.rpartition("/")[0]
    result = run("send", file, file, "--to", url)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == f"{file}: 401 unauthenticated\n" * 2
    plain = run("send", file, "--to", url, "--json")
    assert plain.exit_code == 1
    assert json.loads(plain.stdout)["reason"] == "unauthenticated"
    assert json.loads(plain.stdout)["http"] == 401


def test_nobody_there_is_a_failure(run: Run, file: Path) -> None:
    """One line, without the secret of the URL."""
    result = run("send", file, "--to", f"http://127.0.0.1:{free_port()}/callbacks/a/secret")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("gateway: ")
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1/", "http://", "http://[/"])
def test_what_is_no_url_is_wrong_use(run: Run, file: Path, url: str) -> None:
    """And is not repeated: there may be a secret in it."""
    result = run("send", file, "--to", url)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("Invalid value for --to: this is no HTTP URL\n")


def test_wrong_use(run: Run, file: Path, tmp_path: Path) -> None:
    """No file, no URL, a file that is not there, a folder: exit code 2."""
    url = ("--to", "http://127.0.0.1:1/")
    for words in (url, (file,), (tmp_path / "absent", *url), (tmp_path, *url)):
        result = run("send", *words)
        assert (result.exit_code, result.stdout) == (2, "")


@pytest.fixture
def answer() -> Iterator[list[bytes]]:
    """What some other server says to everything; its URL is put before it."""
    said: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(said[-1])))
            self.end_headers()
            self.wfile.write(said[-1])

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        said.append(f"http://127.0.0.1:{server.server_port}/".encode())
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield said
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_what_another_server_answers_is_shown(
    run: Run, file: Path, answer: list[bytes], how: tuple[str, ...]
) -> None:
    """A proxy or the wrong port: whatever its 200 says, a line and no traceback."""
    url = answer[0].decode()
    failed: dict[bytes, object] = {}
    for body in (b"", b"OK", b"[]", b"null", b'"OK"', b"1", b'{"events": "x"}', b'{"events": [1]}'):
        answer.append(body)
        result = run("send", file, "--to", url, *how)
        if (result.exit_code, result.stderr, len(result.stdout.splitlines())) != (0, "", 1):
            failed[body] = result.exception
        elif how and json.loads(result.stdout)["http"] != 200:
            failed[body] = result.stdout
    assert failed == {}
