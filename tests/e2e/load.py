"""Senders: jobs that come at a steady rate, each with several callbacks one after the other.

A sender does what a sender must: what is not answered 200 it tries again, and the next callback of
a job is sent when the one before was accepted. So for each job the gateway owes its order.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from typing import Final
from uuid import uuid4

import aiohttp

from tests.broker.waiting import until
from tests.e2e.gateway import callback

EACH: Final = 4
"""Callbacks of one job."""
_TRY_AGAIN_SECONDS: Final = 0.1
_TRIES: Final = 200


@dataclass(frozen=True, slots=True)
class Accepted:
    """A callback that was answered 200: the `number`-th of the job `key`."""

    key: str
    number: int
    event: str


@dataclass(slots=True)
class Load:
    """What became of the callbacks so far."""

    accepted: list[Accepted] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    """Every try that was not answered 200: its status, or the error's name."""
    slowest: float = 0.0
    """Seconds from sending to answer, of all tries that were answered."""
    senders: set[asyncio.Task[None]] = field(default_factory=set)
    """One for each job so far."""

    async def until(self, count: int, *, within: float = 30) -> None:
        """Return once `count` callbacks are accepted in all."""
        await asyncio.to_thread(until, lambda: len(self.accepted) >= count, within=within)

    def abandon(self) -> None:
        """Send nothing more, whether it is accepted or not."""
        for sender in self.senders:
            sender.cancel()


@asynccontextmanager
async def load(url: str, *, rate: float) -> AsyncIterator[Load]:
    """Send about `rate` callbacks a second while the block runs; then finish what was begun."""
    told = Load()
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as jobs:
        starting = jobs.create_task(_start(jobs, told, session, url, EACH / rate))
        try:
            yield told
        finally:
            starting.cancel()


async def _start(
    jobs: asyncio.TaskGroup, told: Load, session: aiohttp.ClientSession, url: str, pause: float
) -> None:
    run = uuid4().hex[:8]
    for number in count():
        sender = jobs.create_task(_job(told, session, url, f"j{run}-{number}"))
        told.senders.add(sender)
        await asyncio.sleep(pause)


async def _job(told: Load, session: aiohttp.ClientSession, url: str, key: str) -> None:
    for number in range(EACH):
        for _ in range(_TRIES):
            event = await _try(told, session, url, callback(key, number))
            if event is not None:
                told.accepted.append(Accepted(key, number, event))
                break
            await asyncio.sleep(_TRY_AGAIN_SECONDS)
        else:
            raise TimeoutError(f"{key} was not accepted; the last answers: {told.refusals[-3:]}")


async def _try(told: Load, session: aiohttp.ClientSession, url: str, body: bytes) -> str | None:
    started = perf_counter()
    try:
        async with session.post(url, data=body) as response:
            answer = await response.json(content_type=None)
            told.slowest = max(told.slowest, perf_counter() - started)
            if response.status == 200:
                (event,) = answer["events"]
                return str(event)
            told.refusals.append(str(response.status))
    except (aiohttp.ClientError, TimeoutError) as error:
        told.refusals.append(type(error).__name__)
    return None


async def flood(url: str, count: int) -> None:
    """Post so many callbacks of as many jobs, as fast as sixteen senders can; all are accepted."""
    bodies = (callback(f"flood-{uuid4().hex}") for _ in range(count))

    async def send(session: aiohttp.ClientSession) -> None:
        for body in bodies:
            async with session.post(url, data=body) as response:
                assert response.status == 200
                await response.read()

    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as senders:
        for _ in range(16):
            senders.create_task(send(session))
