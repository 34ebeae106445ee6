"""Tencent CI as far as it is asked about jobs: checks the signature, answers what it was told to.

The signature is checked by the vendor's description, with nothing of the gateway's.
"""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha1
from typing import Final
from urllib.parse import quote

import xmltodict
from aiohttp import web

from gateway.core.model import Document

SECRET_ID: Final = "AKID00000000000000000000000000000001"
SECRET_KEY: Final = b"5b2f8c1e9d4a47f0b6e3c7a1d2f4e6b8"
TOKEN: Final = "a-role's-token"
NOW: Final = 1_660_028_400
Handler = Callable[[web.BaseRequest], Awaitable[web.Response]]


def answer(document: Document) -> bytes:
    """A document as CI writes it."""
    text: str = xmltodict.unparse({"Response": document}, full_document=False)
    return text.encode()


def error(code: str) -> bytes:
    """An error document of the vendor's."""
    return f"<Error><Code>{code}</Code><Message>m</Message></Error>".encode()


class Ci:
    """`answers`: path → status and body; any other path is a job that does not exist."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        self.hosts: set[str] = set()
        self.handler: Handler | None = None
        self.origin = ""
        self.clock: Callable[[], float] = lambda: NOW

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        self.asked.append(request.raw_path)
        self.hosts.add(request.headers["Host"])
        if not signed(request, self.clock()):
            return web.Response(status=403, body=error("SignatureDoesNotMatch"))
        if self.handler is not None:
            return await self.handler(request)
        unknown = answer({"NonExistJobIds": request.path.rpartition("/")[2]})
        status, body = self.answers.get(request.path, (200, unknown))
        return web.Response(status=status, body=body, content_type="application/xml")


@asynccontextmanager
async def serving(ci: Ci) -> AsyncIterator[Ci]:
    """While it lasts `ci` listens at `ci.origin`."""
    runner = web.ServerRunner(web.Server(ci), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    ci.origin = f"http://{host}:{port}"
    try:
        yield ci
    finally:
        await runner.cleanup()


def signed(request: web.BaseRequest, now: float) -> bool:
    """Whether the signature is there, covers host and token, holds now and is right."""
    given = dict(
        pair.split("=", 1) for pair in request.headers.get("Authorization", "").split("&") if pair
    )
    names = given.get("q-header-list", "").split(";")
    start, end = map(int, given.get("q-key-time", "0;0").split(";"))
    needed = {"host"} | ({"x-ci-security-token"} & {name.lower() for name in request.headers})
    if not needed <= set(names) or not start <= now <= end:
        return False
    headers = "&".join(f"{name}={quote(request.headers[name], safe='')}" for name in names)
    http = f"{request.method.lower()}\n{request.path}\n\n{headers}\n".encode()
    key = hmac.new(SECRET_KEY, given["q-key-time"].encode(), sha1).hexdigest().encode()
    text = f"sha1\n{given['q-key-time']}\n{sha1(http).hexdigest()}\n".encode()
    return hmac.new(key, text, sha1).hexdigest() == given["q-signature"]
