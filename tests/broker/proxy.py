"""A listener between clients and a broker that loses chosen kinds of requests on the way.

The broker advertises the proxy's address, so that clients reach it by no other way. Everything else
passes: to a client the broker is there, and yet some of what it is asked gets no answer.
"""

import asyncio
import threading
from types import TracebackType
from typing import Final, Self

from tests.broker.kafka import free_port

PRODUCE: Final = 0
"""Kafka's number of this kind of request: https://kafka.apache.org/protocol#protocol_api_keys."""
_CHUNK: Final = 1 << 16


class Proxy:
    """Runs inside its `with` block, in a thread."""

    def __init__(self) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.target = ""
        """The broker's own address."""
        self.lost: frozenset[int] = frozenset()
        """The kinds of requests that do not arrive."""
        self.losses = 0
        """How many did not."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> None:
        host, port = self.address.split(":")
        self._server = await asyncio.start_server(self._serve, host, int(port))

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        host, port = self.target.split(":")
        broker, requests = await asyncio.open_connection(host, int(port))
        ways = [self._forward(client, requests), _copy(broker, answers)]
        ends = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
            requests.close()
            answers.close()

    async def _forward(self, client: asyncio.StreamReader, requests: asyncio.StreamWriter) -> None:
        """Request by request: its length, then its kind."""
        while True:
            length = await client.readexactly(4)
            request = await client.readexactly(int.from_bytes(length, "big"))
            if int.from_bytes(request[:2], "big") in self.lost:
                self.losses += 1
            else:
                requests.write(length + request)
                await requests.drain()


async def _copy(broker: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
    while chunk := await broker.read(_CHUNK):
        answers.write(chunk)
        await answers.drain()
