"""A child is kept running until it is told to stop."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from time import monotonic

import pytest

from gateway.processes.child import Beat, Child, Target
from tests.broker.waiting import until
from tests.e2e.gateway import is_alive
from tests.supervisor import targets


class Exits:
    """Why and when a child ended."""

    def __init__(self) -> None:
        self.causes: list[str] = []
        self.times: list[float] = []

    def __call__(self, cause: str) -> None:
        self.causes.append(cause)
        self.times.append(monotonic())

    async def until(self, count: int) -> None:
        """Return after so many."""
        await asyncio.to_thread(until, lambda: len(self.causes) >= count)


@pytest.fixture
def exits() -> Exits:
    return Exits()


@pytest.fixture
async def start(exits: Exits) -> AsyncIterator[Callable[[Target], Child]]:
    """Starts children that end with the test."""
    started: list[Child] = []

    def make(target: Target) -> Child:
        child = Child("tested", target, exits)
        started.append(child)
        child.start()
        return child

    yield make
    for child in started:
        child.stop()
        child.kill()
        await child.ended.wait()


async def spoken(child: Child) -> int:
    """Its pid, once it has spoken."""
    async with asyncio.timeout(20):
        await child.spoken.wait()
    assert child.pid is not None
    return child.pid


async def test_a_child_that_crashes_is_started_again_after_growing_pauses(
    exits: Exits, start: Callable[[Target], Child]
) -> None:
    """0.1 s, 0.2 s, 0.4 s: a crash at the start does not turn into a busy loop."""
    start(targets.crash)
    await exits.until(4)
    pauses = [later - sooner for sooner, later in zip(exits.times, exits.times[1:], strict=False)]
    assert [pause > least for pause, least in zip(pauses, (0.1, 0.2, 0.4), strict=True)] == [
        True
    ] * 3
    assert exits.causes == ["error"] * 4


async def test_ends_in_a_row_are_counted(
    exits: Exits, start: Callable[[Target], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the child has worked for a while; one that has not said a word yet has not."""
    child = start(targets.crash)
    await exits.until(3)
    assert (child.ends, child.cause) == (3, "error")
    child = start(targets.speak)
    os.kill(await spoken(child), signal.SIGKILL)
    await asyncio.to_thread(until, lambda: child.ends == 1)
    await spoken(child)
    monkeypatch.setattr("gateway.processes.child._STEADY_SECONDS", 0.0)
    assert child.ends == 0


async def test_the_cause_of_an_end_is_from_a_closed_set(
    exits: Exits, start: Callable[[Target], Child]
) -> None:
    """`exit`, `error`, or the name of a signal."""
    start(targets.leave)
    await exits.until(1)
    os.kill(await spoken(start(targets.speak)), signal.SIGKILL)
    while "SIGKILL" not in exits.causes:
        await exits.until(len(exits.causes) + 1)
    assert exits.causes[0] == "exit"


async def test_a_killed_child_is_another_process_afterwards(
    start: Callable[[Target], Child],
) -> None:
    """Until that has spoken, nobody has."""
    child = start(targets.speak)
    first = await spoken(child)
    assert child.beat == Beat("has a cold")
    assert child.silent_seconds < 5
    os.kill(first, signal.SIGKILL)
    await asyncio.to_thread(until, lambda: not child.spoken.is_set())
    assert child.silent_seconds == 0
    assert await spoken(child) != first


async def test_a_stopped_child_stays_ended(exits: Exits, start: Callable[[Target], Child]) -> None:
    """It is told, and it is not started again."""
    child = start(targets.speak)
    pid = await spoken(child)
    child.stop()
    async with asyncio.timeout(5):
        await child.ended.wait()
    assert not is_alive(pid)
    await asyncio.sleep(0.3)
    assert (child.pid, exits.causes) == (None, [])


async def test_a_child_that_is_stopped_between_two_lives_stays_ended(
    exits: Exits, start: Callable[[Target], Child]
) -> None:
    """The pause before its next start is not waited for."""
    child = start(targets.crash)
    await exits.until(3)
    child.stop()
    assert child.ended.is_set()
    await asyncio.sleep(0.6)
    assert (child.pid, len(exits.causes)) == (None, 3)


async def test_kill_ends_a_child_that_does_not_listen(start: Callable[[Target], Child]) -> None:
    """At once."""
    child = start(targets.ignore)
    pid = await spoken(child)
    child.stop()
    child.kill()
    async with asyncio.timeout(2):
        await child.ended.wait()
    assert not is_alive(pid)
