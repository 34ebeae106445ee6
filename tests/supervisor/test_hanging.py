"""A child that hangs is ended and started again."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from gateway.processes.child import Child, Target
from gateway.processes.hanging import end_when_silent
from tests.broker.waiting import until
from tests.supervisor import targets

PAUSE = 0.1

Watch = Callable[[Target], Child]


@pytest.fixture
def causes() -> asyncio.Queue[str]:
    """Why children have ended."""
    return asyncio.Queue()


@pytest.fixture
async def watch(causes: asyncio.Queue[str]) -> AsyncIterator[Watch]:
    """Starts children that are looked at ten times a second, until the test ends."""
    children: list[Child] = []
    watching: list[asyncio.Task[None]] = []

    def start(target: Target) -> Child:
        child = Child("tested", target, causes.put_nowait)
        child.start()
        children.append(child)
        watching.append(asyncio.create_task(end_when_silent(child, pause=PAUSE)))
        return child

    yield start
    for task in watching:
        task.cancel()
    for child in children:
        child.stop()
        child.kill()
        await child.ended.wait()


async def test_silence_is_the_end_of_a_child(watch: Watch, causes: asyncio.Queue[str]) -> None:
    """Each time; it is started again as after any end."""
    watch(targets.ignore)
    async with asyncio.timeout(30):
        assert [await causes.get() for _ in range(2)] == ["hung", "hung"]


async def test_a_child_that_speaks_lives(watch: Watch, causes: asyncio.Queue[str]) -> None:
    """For longer than a silent one would."""
    child = watch(targets.count)
    await asyncio.to_thread(until, lambda: child.beat and child.beat.trouble == "80", within=30)
    assert causes.empty()
