"""Questions → CI's replies, over HTTP.

It follows no redirect and reads no proxy from the environment, so that a signed request and its
token go to the configured host only; it takes no compressed answer and no more of one than
`LARGEST`. As many questions as `limit` are asked at a time; the others wait, as long as their
caller does.
"""

import asyncio
from collections.abc import Callable
from time import time
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from gateway.confirm.answer import Reply, Unanswered
from gateway.confirm.q_sign import Credentials, Request, authorization
from gateway.confirm.query import Question
from gateway.core.errors import forget_frames

LARGEST: Final = 1 << 20
"""Bytes of an answer."""
_EARLY, _GOOD = 60, 300
"""Seconds that a signature is good for before and after now: clocks differ."""


class Client:
    """A connection for each question: there is none to keep, and none to close at a reload."""

    def __init__(
        self, credentials: Credentials, *, limit: int, clock: Callable[[], float] = time
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._turns = asyncio.Semaphore(limit)

    async def ask(self, question: Question) -> Reply:
        """The reply, whatever its status. Raises Unanswered."""
        url, headers = question.origin + question.path, self._headers(question)
        try:
            async with self._turns, _session() as session:
                request = session.get(url, headers=headers, allow_redirects=False)
                async with request as response:
                    return Reply(response.status, await _body(response.content))
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            forget_frames(error)
            raise Unanswered(f"CI cannot be reached: {type(error).__name__}") from error

    def _headers(self, question: Question) -> dict[str, str]:
        signed = {"Host": urlsplit(question.origin).netloc}
        if self._credentials.token:
            signed["x-ci-security-token"] = self._credentials.token
        now = int(self._clock())
        request = Request("GET", question.path, signed)
        key = authorization(request, self._credentials, start=now - _EARLY, end=now + _GOOD)
        return {**signed, "Authorization": key, "Accept-Encoding": "identity"}


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


async def _body(content: aiohttp.StreamReader) -> bytes:
    chunks = bytearray()
    async for chunk in content.iter_any():
        chunks += chunk
        if len(chunks) > LARGEST:
            raise Unanswered(f"CI's answer is larger than {LARGEST} bytes")
    return bytes(chunks)
