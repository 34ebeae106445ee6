"""Senders over keep-alive connections: what is not answered 200 is tried again until it is.

Each connection has a job of its own at a time, and sends the job's next callback when the one
before was accepted: so for each job the gateway owes its order. An answer that does not come within
two seconds has failed, and the connection with it, as with any sender of webhooks. Now and then a
sender goes away itself: in the middle of a body, or before the answer.
"""

import asyncio
import json
import random
import re
from itertools import count
from time import monotonic
from typing import Final

from tests.broker.waiting import until
from tests.chaos.ledger import Attempt, Ledger
from tests.e2e.gateway import Gateway, callback
from tests.fuzz.verdict import Mistake
from tests.fuzz.wire import Wire

CONNECTIONS: Final = 16
NO_ANSWER: Final = "no answer"
"""How the outcome of a try begins that took too long."""
LEFT_IN_BODY: Final = "left in mid-body"
LEFT_BEFORE_ANSWER: Final = "left before the answer"
_LEAVING: Final = 0.005
"""Of the tries."""
_EACH: Final = 25
"""Callbacks of one job."""
_TRY_AGAIN_SECONDS: Final = 0.1
_CLOSED_SECONDS: Final = 300.0
_CATCH_UP_SECONDS: Final = 20.0
"""What could not be sent in this time before is sent as fast as it goes."""


class Senders:
    """Send about `rate` callbacks a second in all until `finish`; `is_open` holds them back."""

    def __init__(self, gateway: Gateway, ledger: Ledger, *, rate: float, seed: int) -> None:
        self.is_open = True
        self.under_way = 0
        """Tries that wait for their answers."""
        self._ledger = ledger
        self.port = gateway.port
        self._head = f"POST {gateway.path} HTTP/1.1\r\nHost: gateway\r\nContent-Length: ".encode()
        self._pause = CONNECTIONS / rate
        self._chance = random.Random(seed)
        self._is_over = False

    def finish(self) -> None:
        """Each sender ends when what it sends now is accepted."""
        self._is_over = True

    async def run(self) -> None:
        """Return when all have finished."""
        async with asyncio.TaskGroup() as senders:
            for number in range(CONNECTIONS):
                senders.create_task(self._send(number))

    async def _send(self, sender: int) -> None:
        due = monotonic() + self._pause * sender / CONNECTIONS
        with Wire(self.port) as wire:
            for number in count():
                if self._is_over:
                    return
                if not number % _EACH:
                    wire.close()  # the next connection may be another receiver's
                await self._hand_over(wire, f"j{sender}-{number // _EACH}", number % _EACH)
                due = max(due + self._pause, monotonic() - _CATCH_UP_SECONDS)
                await asyncio.sleep(max(0.0, due - monotonic()))

    async def _hand_over(self, wire: Wire, key: str, number: int) -> None:
        body = callback(key, number)
        request = self._head + b"%d\r\n\r\n%b" % (len(body), body)
        while True:
            if not self.is_open:
                await asyncio.to_thread(until, lambda: self.is_open, within=_CLOSED_SECONDS)
            began = monotonic()
            self.under_way += 1
            outcome, event = await self._try(wire, request)
            self._ledger.write(
                Attempt(began, monotonic() - began, key, number, outcome=outcome, event=event)
            )
            self.under_way -= 1
            if event:
                return
            await asyncio.sleep(_TRY_AGAIN_SECONDS)

    async def _try(self, wire: Wire, request: bytes) -> tuple[str, str]:
        leaving = self._chance.random() / _LEAVING
        if leaving > 1:
            return await _outcome(wire, request)
        wire.close()
        if leaving < 0.5:
            return await _left(self.port, request[:-40], LEFT_IN_BODY)
        return await _left(self.port, request, LEFT_BEFORE_ANSWER)


async def _left(port: int, what: bytes, outcome: str) -> tuple[str, str]:
    """On a connection of its own, which ends when everything is sent."""
    try:
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError as error:
        return f"the connection ended: {type(error).__name__}", ""
    writer.write(what)
    writer.close()
    return outcome, ""


async def _outcome(wire: Wire, request: bytes) -> tuple[str, str]:
    """What to write down about a try, and the event's id where it was answered 200."""
    try:
        reply = await wire.ask(request)
    except Mistake as mistake:
        wire.close()
        return re.sub(r"\(.*", "", str(mistake)), ""
    answer = json.loads(reply.body)
    if reply.status != 200:
        return f"{reply.status} {answer['reason']}", ""
    (event,) = answer["events"]
    return f"200 {answer['status']}", event
