"""Work in a thread, in order."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from gateway.journal.worker import Worker


async def test_work_is_done_in_one_other_thread_in_order() -> None:
    worker = Worker("worker")
    done: list[int] = []

    await asyncio.gather(*(worker.do(lambda n=n: done.append(n)) for n in range(20)))  # type: ignore[misc]
    name = await worker.do(lambda: threading.current_thread().name)

    assert done == list(range(20))
    assert name == "worker"
    worker.close()


async def test_an_error_is_raised_where_the_result_is_awaited() -> None:
    worker = Worker("worker")

    with pytest.raises(ZeroDivisionError):
        await worker.do(lambda: 1 / 0)

    assert await worker.do(lambda: 1) == 1
    worker.close()


@pytest.mark.parametrize("work", [lambda: 1, lambda: 1 / 0])
async def test_a_result_that_nobody_awaits_any_more_harms_nobody(
    work: Callable[[], object],
) -> None:
    worker = Worker("worker")

    worker.do(work).cancel()

    assert await worker.do(lambda: 2) == 2
    worker.close()


def test_a_loop_that_is_gone_does_not_end_the_thread() -> None:
    worker = Worker("worker")
    gate = threading.Event()

    async def leave() -> None:
        worker.do(gate.wait)

    asyncio.run(leave())
    gate.set()

    async def come_back() -> int:
        return await worker.do(lambda: 3)

    assert asyncio.run(come_back()) == 3
    worker.close()
