"""Callbacks of one event loop → few commits: group commit.

Entries collect on the loop while a commit runs in the one thread; what has collected when the loop
has nothing else to do is the next batch. So each commit costs one hand-over and one wake-up,
however many entries it has, and an idle journal commits at once. Beside a busy loop a commit would
cost both of them more: its thread wants the interpreter lock some twenty times.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic, perf_counter
from typing import Final, Protocol, TypeVar

from gateway.core.errors import Busy, Reason
from gateway.core.model import Entry, Receipt
from gateway.journal.rows import LARGEST
from gateway.journal.worker import Worker

LARGEST_BATCH: Final = 8 << 20
"""Bytes from which on a batch takes no more: a commit of them takes some 50 ms."""
MOST_AT_ONCE: Final = LARGEST
"""Entries of a batch: what one statement takes. More would take several, each of which has to win
the interpreter lock back from a busy loop: then more wait for the next one, and so on."""
PATIENCE: Final = 3.0
"""Seconds. Senders give up after 5."""

_QUIET_TURNS: Final = 3
"""Of the loop, in which nothing has come: then it has read what there was to read."""
_GATHER_SECONDS: Final = 0.016
"""How long a batch waits for such turns at the most."""

SILENT_SECONDS: Final = 10.0
"""Between two lines of the log about what is refused."""
_log = logging.getLogger(__name__)

Result = Receipt | Exception
Done = Callable[[Result], object]
T = TypeVar("T")


class Journal(Protocol):
    """What entries are handed to, in a thread."""

    def append(self, entries: Sequence[Entry]) -> list[Receipt]:
        """All durable or none; raises Busy."""
        ...

    def probe(self) -> None:
        """Raises Busy as `append` would."""
        ...


class _Waiting:
    __slots__ = ("done", "entry", "size")

    def __init__(self, entry: Entry, size: int, done: Done) -> None:
        self.entry = entry
        self.size = size
        self.done: Done | None = done
        """Who is to be told; None as soon as it was."""


class Appender:
    """For one event loop. `state`: why the last commit of anything new, or the last probe, failed;
    None when it did not."""

    def __init__(
        self,
        journal: Journal,
        *,
        max_entries: int = 2_000,
        max_bytes: int = 64 << 20,
        patience: float = PATIENCE,
        on_commit: Callable[[int, float], None] = lambda _size, _seconds: None,
    ) -> None:
        """At most so many entries and bytes wait, and none longer for a commit than `patience`.

        `on_commit` is told on the loop, after each commit, how many entries it had and how many
        seconds it took.
        """
        self.state: Reason | None = None
        self._journal = journal
        self._free_entries = max_entries
        self._free_bytes = max_bytes
        self._patience = patience
        self._on_commit = on_commit
        self._waiting: deque[_Waiting] = deque()
        self._worker = Worker("journal")
        self._work: asyncio.Task[None] | None = None
        self._closed = False
        self._stuck = False
        self._had_no_room = False
        self._silent_until = 0.0
        self._is_told = False

    def append(self, entry: Entry, done: Done) -> None:
        """Call `done` on the loop when the entry is durable, in a commit with others; order of
        calls = order kept.

        Raises Busy where there is no room; what `done` gets is Busy as the journal says, or when a
        commit takes longer than `patience`; then the entry may be kept all the same.
        """
        self._waiting.append(self._admit(entry, done))
        if not self._is_working():
            self._work = asyncio.create_task(self._drain())

    async def probe(self) -> Reason | None:
        """Without traffic: ask the journal whether it takes entries again. Returns `state`."""
        if not self._is_working():
            self._work = asyncio.create_task(self._ask())
            await asyncio.wait({self._work}, timeout=self._patience)
        return self.state

    def refused(self) -> Reason | None:
        """Why callbacks found no room since this was asked before; None where all did. `state` may
        tell nothing of it: a small one finds room where a large one has found none."""
        found, self._had_no_room = self._had_no_room, False
        return Reason.JOURNAL_FULL if found else None

    async def close(self) -> None:
        """Commit what waits; from now on nothing is taken."""
        self._closed = True
        if self._work is not None:
            await self._work
        self._worker.close()

    def _admit(self, entry: Entry, done: Done) -> _Waiting:
        size = _size(entry)
        if self._closed:
            raise Busy(Reason.DRAINING, "the journal takes no more entries")
        if self._stuck:
            raise self._stuck_error()
        if not self._free_entries or size > self._free_bytes:
            raise Busy(Reason.OVERLOADED, "too many entries wait for the journal")
        self._free_entries -= 1
        self._free_bytes -= size
        return _Waiting(entry, size, done)

    def _is_working(self) -> bool:
        return self._work is not None and not self._work.done()

    async def _ask(self) -> None:
        self._learn(await self._watched(self._try_probe, []))
        await self._drain()

    async def _drain(self) -> None:
        while self._waiting:
            await self._gather()
            batch = self._next_batch()
            entries = [waiting.entry for waiting in batch]
            results, seconds = await self._watched(partial(self._commit, entries), batch)
            self._settle(batch, results, seconds)

    async def _gather(self) -> None:
        until = monotonic() + _GATHER_SECONDS
        found = quiet = 0
        while quiet < _QUIET_TURNS and monotonic() < until:
            quiet = quiet + 1 if found == len(self._waiting) else 0
            found = len(self._waiting)
            await asyncio.sleep(0)

    async def _watched(self, work: Callable[[], T], batch: list[_Waiting]) -> T:
        watch = asyncio.get_running_loop().call_later(self._patience, self._give_up, batch)
        try:
            return await self._worker.do(work)
        finally:
            watch.cancel()
            self._stuck = False

    def _give_up(self, batch: list[_Waiting]) -> None:
        """The disk hangs, or another process in the middle of its turn: nobody waits any longer."""
        self._stuck = True
        self._learn(self._stuck_error())
        for waiting in batch:  # its room is free when the commit has ended
            _tell(waiting, self._stuck_error())
        while self._waiting:
            self._answer(self._waiting.popleft(), self._stuck_error())

    def _stuck_error(self) -> Busy:
        detail = f"the journal has not answered for {self._patience:.0f} s"
        return Busy(Reason.JOURNAL_UNAVAILABLE, detail)

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._waiting and size < LARGEST_BATCH and len(batch) < MOST_AT_ONCE:
            batch.append(self._waiting.popleft())
            size += batch[-1].size
        return batch

    def _commit(self, entries: list[Entry]) -> tuple[list[Result], float]:
        start = perf_counter()
        return self._results(entries), perf_counter() - start

    def _results(self, entries: list[Entry]) -> list[Result]:
        """One for each entry. An entry that the journal chokes on must not stop the others, nor one
        that finds no room those before it."""
        try:
            return list(self._journal.append(entries))
        except Busy as error:
            refused: list[Result] = [Busy(error.reason, str(error)) for _ in entries]
            if error.reason is not Reason.JOURNAL_FULL or len(entries) == 1:
                return refused
        except Exception as error:  # noqa: BLE001 - it is raised where the entry came from
            if len(entries) == 1:
                return [error]
            return [self._results([entry])[0] for entry in entries]
        half = len(entries) // 2
        first = self._results(entries[:half])
        if not any(isinstance(each, Receipt) for each in first):
            return refused
        return first + self._results(entries[half:])

    def _settle(self, batch: list[_Waiting], results: list[Result], seconds: float) -> None:
        if not all(map(_is_duplicate, results)):  # which would take no room
            trouble = next((each for each in results if isinstance(each, Busy)), None)
            self._had_no_room |= trouble is not None and trouble.reason is Reason.JOURNAL_FULL
            self._learn(trouble)
        for waiting, result in zip(batch, results, strict=True):
            self._answer(waiting, result)
        committed = sum(isinstance(result, Receipt) for result in results)
        if committed:
            # not called here: an error of it must not end the task
            asyncio.get_running_loop().call_soon(self._on_commit, committed, seconds)

    def _answer(self, waiting: _Waiting, result: Result) -> None:
        self._free_entries += 1
        self._free_bytes += waiting.size
        _tell(waiting, result)

    def _try_probe(self) -> Busy | None:
        try:
            self._journal.probe()
        except Busy as error:
            return error
        except Exception as error:  # noqa: BLE001 - who came meanwhile waits for what follows
            return Busy(Reason.JOURNAL_UNAVAILABLE, f"the journal has failed: {error!r}")
        return None

    def _learn(self, trouble: Busy | None) -> None:
        """What is the case now; changes are logged, though not each where they come and go."""
        before, self.state = self.state, trouble.reason if trouble else None
        if trouble and self.state is not before and monotonic() >= self._silent_until:
            self._silent_until, self._is_told = monotonic() + SILENT_SECONDS, True
            _log.error("callbacks are refused (%s): %s", trouble.reason, trouble)
        elif self._is_told and not trouble:
            self._is_told = False
            _log.info("callbacks are accepted again")


def _tell(waiting: _Waiting, result: Result) -> None:
    """Once; a bug of the one that is told is no other's."""
    done, waiting.done = waiting.done, None
    if done is None:
        return
    try:
        done(result)
    except Exception:  # noqa: BLE001 - it must not end the commits
        _log.exception("nobody could be told what became of a callback")


def _is_duplicate(result: Result) -> bool:
    return isinstance(result, Receipt) and result.duplicate


def _size(entry: Entry) -> int:
    return len(entry.body) + len(entry.headers) + sum(len(event.json) for event in entry.events)
