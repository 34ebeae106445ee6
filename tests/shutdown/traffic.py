"""Senders over keep-alive connections that send until one try is not answered 200.

Each has a job of its own at a time, whose next callback it sends when the one before was accepted:
so for each job the gateway owes its order. What was not accepted is not repeated.
"""

import asyncio
import json
import re
from itertools import count
from time import monotonic
from typing import Final

from tests.e2e.gateway import Gateway, callback
from tests.fuzz.verdict import Mistake
from tests.fuzz.wire import Wire
from tests.shutdown.ledger import Ledger, Try

CONNECTIONS: Final = 8
RATE: Final = 150.0
"""Callbacks a second in all."""
_EACH: Final = 10
"""Callbacks of one job."""


async def traffic(gateway: Gateway, ledger: Ledger, name: str) -> None:
    """Return when every sender has had its end; no other traffic may have this `name`."""
    async with asyncio.TaskGroup() as senders:
        for number in range(CONNECTIONS):
            senders.create_task(_send(gateway, ledger, f"{name}-{number}"))


async def _send(gateway: Gateway, ledger: Ledger, name: str) -> None:
    with Wire(gateway.port) as wire:
        for number in count():
            key, of_job = f"{name}-{number // _EACH}", number % _EACH
            began = monotonic()
            outcome, event = await _outcome(wire, request(gateway, callback(key, of_job)))
            ledger.write(Try(began, key, of_job, outcome, event))
            if not event:
                return
            await asyncio.sleep(CONNECTIONS / RATE)


def request(gateway: Gateway, body: bytes) -> bytes:
    """A whole request with a callback."""
    head = f"POST {gateway.path} HTTP/1.1\r\nHost: gateway\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _outcome(wire: Wire, whole: bytes) -> tuple[str, str]:
    try:
        reply = await wire.ask(whole)
    except Mistake as mistake:
        return re.sub(r"\(.*", "", str(mistake)), ""
    return told(reply.status, reply.body)


def told(status: int, body: bytes) -> tuple[str, str]:
    """An answer → what to write down about it, and the event's id where it is 200."""
    answer = json.loads(body)
    if status != 200:
        return f"{status} {answer['reason']}", ""
    (event,) = answer["events"]
    return f"200 {answer['status']}", event
