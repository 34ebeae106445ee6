"""A keep-alive connection that sends what it is given, byte for byte, and reads strictly."""

import asyncio
from typing import Final, Self

from tests.fuzz.verdict import Mistake, Reply

SECONDS: Final = 2.0
"""Within which every request must be answered."""
_LARGEST_HEAD: Final = 1 << 22
_CONTINUE: Final = 100


class Wire:
    """One connection at a time to a port; a new one where the last was ended by an answer."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.opened = 0
        """Connections so far."""

    async def ask(self, request: bytes) -> Reply:
        """The one answer to `request`; `Mistake` where there is none, or it is not HTTP."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._asked(request)
        except TimeoutError as error:
            raise Mistake(f"no answer within {SECONDS:.0f} s") from error
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Mistake(f"the connection ended: {error!r}"[:200]) from error
        except (ValueError, asyncio.LimitOverrunError) as error:
            raise Mistake(f"the answer is not HTTP: {error!r}"[:200]) from error

    def close(self) -> None:
        """End the connection; the next request opens another."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    async def _asked(self, request: bytes) -> Reply:
        if self._streams is None:
            self.opened += 1
            self._streams = await asyncio.open_connection(
                "127.0.0.1", self._port, limit=_LARGEST_HEAD
            )
        reader, writer = self._streams
        writer.write(request)
        reply = await _reply(reader, has_body=not request.startswith(b"HEAD "))
        if reply.status == _CONTINUE:
            reply = await _reply(reader, has_body=True)
        if reply.is_last:
            self.close()
        return reply


async def _reply(reader: asyncio.StreamReader, *, has_body: bool) -> Reply:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
    line, *fields = head.removesuffix("\r\n\r\n").split("\r\n")
    version, status, _phrase = line.split(" ", 2)
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise ValueError(line)
    pairs = [field.split(": ", 1) for field in fields]
    headers = {name.lower(): value for name, value in pairs}
    if len(headers) < len(pairs):
        raise ValueError("a header is repeated")
    if int(status) == _CONTINUE:
        return Reply(version, _CONTINUE, headers, b"")
    length = int(headers["content-length"]) if has_body else 0
    return Reply(version, int(status), headers, await reader.readexactly(length))
