"""Callbacks of one event loop → few commits: group commit.

Entries collect on the loop while a commit runs in the one thread; when it ends, what collected is
the next batch. So each commit costs one hand-over and one wake-up, however many entries it has, and
an idle journal commits at once.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Final, Protocol

from gateway.core.errors import Busy, Reason
from gateway.core.model import Entry, Receipt

LARGEST_BATCH: Final = 128
"""Entries in one commit, which is what one statement takes."""
LARGEST_BATCH_BYTES: Final = 8 << 20

Result = Receipt | Exception


class Journal(Protocol):
    """What entries are handed to, in a thread."""

    def append(self, entries: Sequence[Entry]) -> list[Receipt]:
        """All durable or none; raises Busy."""
        ...

    def probe(self) -> None:
        """Raises Busy as `append` would."""
        ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    entry: Entry
    size: int
    receipt: asyncio.Future[Receipt]


class Appender:
    """For one event loop. `state`: why the last commit failed; None when it did not."""

    def __init__(
        self,
        journal: Journal,
        *,
        max_entries: int = 2_000,
        max_bytes: int = 64 << 20,
        on_commit: Callable[[int, float], None] = lambda _size, _seconds: None,
    ) -> None:
        """At most so many entries and bytes wait. `on_commit` is told on the loop, after each
        commit, how many entries it had and how many seconds it took."""
        self.state: Reason | None = None
        self._journal = journal
        self._free_entries = max_entries
        self._free_bytes = max_bytes
        self._on_commit = on_commit
        self._waiting: deque[_Waiting] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._draining: asyncio.Task[None] | None = None
        self._closed = False

    async def append(self, entry: Entry) -> Receipt:
        """Returns when the entry is durable, in a commit with others; order of calls = order kept.

        Raises Busy at once (OVERLOADED, DRAINING), or as the journal does.
        """
        if self._closed:
            raise Busy(Reason.DRAINING, "the journal is closed")
        size = _size(entry)
        if not self._free_entries or size > self._free_bytes:
            raise Busy(Reason.OVERLOADED, "too many callbacks wait for the journal")
        self._free_entries -= 1
        self._free_bytes -= size
        waiting = _Waiting(entry, size, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return await waiting.receipt

    async def probe(self) -> Reason | None:
        """Ask the journal whether it takes entries again, and set `state`."""
        loop = asyncio.get_running_loop()
        self.state = await loop.run_in_executor(self._thread, self._try_probe)
        return self.state

    async def close(self) -> None:
        """Commit what waits; from now on nothing is taken."""
        self._closed = True
        if self._draining is not None:
            await self._draining
        self._thread.shutdown()

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch = self._next_batch()
            entries = [waiting.entry for waiting in batch]
            results, seconds = await loop.run_in_executor(self._thread, self._commit, entries)
            self._settle(batch, results, seconds)

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._waiting and len(batch) < LARGEST_BATCH and size < LARGEST_BATCH_BYTES:
            batch.append(self._waiting.popleft())
            size += batch[-1].size
        return batch

    def _commit(self, entries: list[Entry]) -> tuple[list[Result], float]:
        start = perf_counter()
        return self._results(entries), perf_counter() - start

    def _results(self, entries: list[Entry]) -> list[Result]:
        """One for each entry. An entry that the journal chokes on must not stop the others."""
        try:
            return list(self._journal.append(entries))
        except Busy as error:
            return [Busy(error.reason, str(error)) for _ in entries]
        except Exception as error:  # noqa: BLE001 - it is raised where the entry came from
            if len(entries) == 1:
                return [error]
            return [self._results([entry])[0] for entry in entries]

    def _settle(self, batch: list[_Waiting], results: list[Result], seconds: float) -> None:
        self.state = next((each.reason for each in results if isinstance(each, Busy)), None)
        for waiting, result in zip(batch, results, strict=True):
            self._free_entries += 1
            self._free_bytes += waiting.size
            if waiting.receipt.done():  # its request was cancelled
                continue
            if isinstance(result, Receipt):
                waiting.receipt.set_result(result)
            else:
                waiting.receipt.set_exception(result)
        committed = sum(isinstance(result, Receipt) for result in results)
        if committed:
            self._on_commit(committed, seconds)

    def _try_probe(self) -> Reason | None:
        try:
            self._journal.probe()
        except Busy as error:
            return error.reason
        return None


def _size(entry: Entry) -> int:
    return len(entry.body) + len(entry.headers) + sum(len(event.json) for event in entry.events)
