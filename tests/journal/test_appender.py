"""Group commit: few transactions, one answer for each, and bounds on what waits."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec import structs

from gateway.core.errors import Busy, Reason
from gateway.core.model import Entry, Receipt
from gateway.journal import Appender, Reader, Writer
from tests.cycles import without_collector
from tests.journal.entries import callback, entries, unreadable
from tests.journal.waiting import kept

NEW = Receipt(duplicate=False)


class Gate:
    """A journal that commits when it is let, and fails as it is told."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.batches: list[int] = []
        self.error: Callable[[Sequence[Entry]], Exception | None] = lambda _entries: None
        self.answer = NEW

    def append(self, entries: Sequence[Entry]) -> list[Receipt]:
        self.batches.append(len(entries))
        self.probe(entries)
        return [self.answer for _ in entries]

    def probe(self, entries: Sequence[Entry] = ()) -> None:
        assert self.open.wait(10)
        error = self.error(entries)
        try:
            if error:
                raise error
        finally:
            del error  # it holds this frame


async def until(fact: Callable[[], object]) -> None:
    """Lets the loop turn until it is so, for at most ten seconds."""
    deadline = time.monotonic() + 10
    while not fact():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.001)


def reasons(results: Sequence[object]) -> list[Reason | None]:
    """Why each was refused."""
    return [result.reason if isinstance(result, Busy) else None for result in results]


async def test_what_comes_at_the_same_time_is_one_commit() -> None:
    gate = Gate()
    appender = Appender(gate)

    receipts = await asyncio.gather(*(kept(appender, callback(str(n))) for n in range(128)))

    assert receipts == [NEW] * 128
    assert gate.batches == [128]
    await appender.close()


async def test_what_comes_during_a_commit_is_the_next_one() -> None:
    gate = Gate()
    gate.open.clear()
    appender = Appender(gate)
    first = kept(appender, callback("first"))
    await until(lambda: gate.batches)

    others = [kept(appender, callback(str(n))) for n in range(50)]
    await asyncio.sleep(0)
    gate.open.set()

    assert await asyncio.gather(first, *others) == [NEW] * 51
    assert gate.batches == [1, 50]
    await appender.close()


async def test_what_comes_in_one_turn_of_the_loop_after_the_other_is_one_commit() -> None:
    gate = Gate()
    appender = Appender(gate)
    receipts = []

    for number in range(50):
        receipts.append(kept(appender, callback(str(number))))
        await asyncio.sleep(0)

    assert await asyncio.gather(*receipts) == [NEW] * 50
    assert gate.batches == [50]
    await appender.close()


async def test_a_commit_does_not_wait_for_a_loop_that_is_never_quiet() -> None:
    gate = Gate()
    appender = Appender(gate, max_entries=1 << 20)
    entry = callback("again")
    deadline = time.monotonic() + 10

    while not gate.batches:
        assert time.monotonic() < deadline
        kept(appender, entry)
        await asyncio.sleep(0)

    await appender.close()


async def test_numbers_are_in_the_order_of_the_calls(path: Path) -> None:
    names = [str(number) for number in range(500)]
    with Writer(path, max_size=1 << 30) as writer, Reader(path) as reader:
        appender = Appender(writer)
        tasks = []
        for name in names:
            tasks.append(kept(appender, callback(name, body=bytes(2_000))))
            if len(tasks) % 7 == 0:
                await asyncio.sleep(0)
        assert await asyncio.gather(*tasks) == [NEW] * 500
        await appender.close()
        records = reader.read(0, limit=1_000, max_bytes=1 << 30)
    assert [record.event.json.decode().strip('"') for record in records] == names


async def test_a_batch_takes_no_more_than_some_mebibytes() -> None:
    gate = Gate()
    appender = Appender(gate)
    large = callback("large", body=bytes(1 << 20))

    await asyncio.gather(*(kept(appender, large) for _ in range(20)))

    assert gate.batches == [8, 8, 4]
    await appender.close()


async def test_more_entries_than_may_wait_are_refused_at_once() -> None:
    gate = Gate()
    gate.open.clear()
    appender = Appender(gate, max_entries=3)
    waiting = [kept(appender, callback(str(n))) for n in range(3)]
    await until(lambda: gate.batches)

    with pytest.raises(Busy) as refused:
        await kept(appender, callback("more"))
    assert refused.value.reason is Reason.OVERLOADED
    gate.open.set()
    await asyncio.gather(*waiting)
    assert await kept(appender, callback("more")) == NEW
    await appender.close()


async def test_more_bytes_than_may_wait_are_refused_at_once() -> None:
    gate = Gate()
    gate.open.clear()
    appender = Appender(gate, max_bytes=10_000)
    waiting = kept(appender, callback("a", body=bytes(9_000)))
    await until(lambda: gate.batches)

    with pytest.raises(Busy) as refused:
        await kept(appender, callback("b", body=bytes(1_000)))
    assert refused.value.reason is Reason.OVERLOADED
    gate.open.set()
    await waiting
    assert await kept(appender, callback("b", body=bytes(9_000))) == NEW
    await appender.close()


async def test_a_failed_commit_is_told_to_all_who_waited_for_it() -> None:
    gate = Gate()
    gate.error = lambda _entries: Busy(Reason.JOURNAL_FULL, "full")
    appender = Appender(gate)

    results = await asyncio.gather(
        *(kept(appender, callback(str(n))) for n in range(5)), return_exceptions=True
    )

    assert reasons(results) == [Reason.JOURNAL_FULL] * 5
    assert len(set(map(id, results))) == 5
    assert gate.batches == [5, 2, 1]
    await appender.close()


async def test_the_log_says_once_that_callbacks_are_refused_and_that_they_are_accepted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With the journal's words; not a line for each, nor each time that only some fit."""
    caplog.set_level("INFO")
    gate = Gate()
    appender = Appender(gate)
    for turn in range(6):
        full = Busy(Reason.JOURNAL_FULL, "journal j.db: database or disk is full")
        gate.error = lambda _entries, error=full: error  # type: ignore[misc]
        for name in "ab":
            await asyncio.gather(kept(appender, callback(name)), return_exceptions=True)
        gate.error = lambda _entries: None
        await kept(appender, callback(f"{turn}"))
    await appender.close()

    assert [record.getMessage() for record in caplog.records] == [
        "callbacks are refused (journal_full): journal j.db: database or disk is full",
        "callbacks are accepted again",
    ]


async def test_the_state_is_that_of_the_last_commit() -> None:
    gate = Gate()
    appender = Appender(gate)
    states = [appender.state]

    gate.error = lambda _entries: Busy(Reason.JOURNAL_FULL, "full")
    with pytest.raises(Busy):
        await kept(appender, callback("a"))
    states.append(appender.state)
    gate.error = lambda _entries: None
    await kept(appender, callback("a"))
    states.append(appender.state)

    assert states == [None, Reason.JOURNAL_FULL, None]
    await appender.close()


async def test_a_duplicate_does_not_tell_that_there_is_room() -> None:
    """It is answered from what is kept, also by a journal that is full."""
    gate = Gate()
    appender = Appender(gate)
    gate.error = lambda _entries: Busy(Reason.JOURNAL_FULL, "full")
    with pytest.raises(Busy):
        await kept(appender, callback("a"))
    gate.error = lambda _entries: None
    gate.answer = Receipt(duplicate=True)

    assert await kept(appender, callback("kept")) == gate.answer
    assert appender.state is Reason.JOURNAL_FULL
    assert await appender.probe() is None
    await appender.close()


async def test_a_probe_finds_out_without_traffic_that_the_journal_works_again() -> None:
    gate = Gate()
    appender = Appender(gate)
    gate.error = lambda _entries: Busy(Reason.JOURNAL_FULL, "full")

    assert await appender.probe() is Reason.JOURNAL_FULL
    assert appender.state is Reason.JOURNAL_FULL
    gate.error = lambda _entries: None
    assert await appender.probe() is None
    assert appender.state is None
    await appender.close()


async def test_entries_that_come_during_a_probe_are_committed_after_it() -> None:
    gate = Gate()
    gate.open.clear()
    appender = Appender(gate)
    probe = asyncio.create_task(appender.probe())
    await asyncio.sleep(0)
    waiting = kept(appender, callback("a"))
    await asyncio.sleep(0)

    gate.open.set()

    assert await waiting == NEW
    assert await probe is None
    await appender.close()


async def test_entries_that_come_during_a_probe_that_breaks_are_committed_after_it() -> None:
    gate = Gate()
    gate.open.clear()
    gate.error = lambda entries: None if entries else MemoryError("canary")
    appender = Appender(gate)
    probe = asyncio.create_task(appender.probe())
    await asyncio.sleep(0)
    waiting = kept(appender, callback("a"))

    gate.open.set()

    assert await waiting == NEW
    assert await probe is None
    await appender.close()


async def test_an_entry_that_cannot_be_stored_does_not_stop_the_others(path: Path) -> None:
    wrong = structs.replace(callback("wrong"), received_at="\ud800")
    with Writer(path, max_size=1 << 30) as writer, Reader(path) as reader:
        appender = Appender(writer)
        results = await asyncio.gather(
            *(
                kept(appender, each)
                for each in [callback("a"), wrong, callback("b", "c"), unreadable("d")]
            ),
            return_exceptions=True,
        )
        await appender.close()
        assert [results[0], *results[2:]] == [NEW, NEW, NEW]
        assert isinstance(results[1], UnicodeEncodeError)
        assert reader.count() == 3
        assert appender.state is None


async def test_what_finds_no_room_does_not_stop_what_came_before_it() -> None:
    """The journal is asked seldom where nothing fits."""
    gate = Gate()
    room = 21

    def full(entries: Sequence[Entry]) -> Exception | None:
        nonlocal room
        if len(entries) > room:
            return Busy(Reason.JOURNAL_FULL, "full")
        room -= len(entries)
        return None

    gate.error = full
    appender = Appender(gate)
    for accepted in (21, 0):
        receipts = [kept(appender, callback(str(number))) for number in range(64)]
        found = await asyncio.gather(*receipts, return_exceptions=True)
        assert found[:accepted] == [NEW] * accepted
        assert reasons(found[accepted:]) == [Reason.JOURNAL_FULL] * (64 - accepted)
        assert len(gate.batches) < 30
        gate.batches.clear()
        assert [appender.refused(), appender.refused()] == [Reason.JOURNAL_FULL, None]
    await appender.close()


async def test_a_batch_that_fits_in_parts_is_no_refusal() -> None:
    """Nobody is told to be unready for it."""
    gate = Gate()
    gate.error = lambda entries: Busy(Reason.JOURNAL_FULL, "full") if len(entries) > 4 else None
    appender = Appender(gate)

    receipts = await asyncio.gather(*(kept(appender, callback(str(n))) for n in range(8)))

    assert receipts == [NEW] * 8
    assert gate.batches == [8, 4, 4]
    assert (appender.refused(), appender.state) == (None, None)
    await appender.close()


async def test_a_request_that_went_away_harms_nobody() -> None:
    gate = Gate()
    gate.open.clear()
    appender = Appender(gate, max_entries=2)
    gone, stays = (kept(appender, callback(name)) for name in "ab")
    await until(lambda: gate.batches)

    gone.cancel()
    await asyncio.sleep(0)
    gate.open.set()

    assert await stays == NEW
    assert gone.cancelled()
    assert await asyncio.gather(*(kept(appender, callback(n)) for n in "cd")) == [NEW, NEW]
    await appender.close()


async def test_nobody_waits_for_a_disk_that_hangs() -> None:
    gate = Gate()
    gate.open.clear()
    appender = Appender(gate, max_entries=2, patience=0.05)
    committing = kept(appender, callback("a"))
    await until(lambda: gate.batches)
    behind = kept(appender, callback("b"))

    results = await asyncio.gather(committing, behind, return_exceptions=True)
    assert reasons(results) == [Reason.JOURNAL_UNAVAILABLE] * 2
    with pytest.raises(Busy) as refused:
        await kept(appender, callback("c"))
    assert refused.value.reason is Reason.JOURNAL_UNAVAILABLE
    assert await appender.probe() is Reason.JOURNAL_UNAVAILABLE

    gate.open.set()
    await until(lambda: appender.state is None)
    assert await asyncio.gather(*(kept(appender, callback(n)) for n in "cd")) == [NEW, NEW]
    assert gate.batches == [1, 2]
    await appender.close()


async def test_closing_commits_what_waits_and_takes_nothing_more() -> None:
    gate = Gate()
    gate.open.clear()
    appender = Appender(gate)
    waiting = [kept(appender, callback(str(n))) for n in range(3)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(appender.close())
    await asyncio.sleep(0)

    with pytest.raises(Busy) as refused:
        await kept(appender, callback("late"))
    assert refused.value.reason is Reason.DRAINING
    gate.open.set()
    await closing
    assert await asyncio.gather(*waiting) == [NEW] * 3


async def test_each_commit_is_told_with_its_size_and_time() -> None:
    gate = Gate()
    told: list[tuple[int, float]] = []
    appender = Appender(gate, on_commit=lambda size, seconds: told.append((size, seconds)))

    await asyncio.gather(*(kept(appender, callback(str(n))) for n in range(3)))
    gate.error = lambda _entries: Busy(Reason.JOURNAL_FULL, "full")
    with pytest.raises(Busy):
        await kept(appender, callback("a"))

    ((size, seconds),) = told
    assert size == 3
    assert 0 < seconds < 10
    await appender.close()


async def test_what_was_refused_is_no_duplicate_when_it_comes_again() -> None:
    """Nothing is known of an event before it is durable."""
    gate = Gate()
    gate.error = lambda _entries: Busy(Reason.JOURNAL_FULL, "full")
    appender = Appender(gate)
    with pytest.raises(Busy):
        await kept(appender, callback("a"))

    gate.error = lambda _entries: None

    assert await kept(appender, callback("a")) == NEW
    assert gate.batches == [1, 1]
    await appender.close()


@pytest.mark.parametrize("reason", [Reason.JOURNAL_FULL, Reason.JOURNAL_UNAVAILABLE])
async def test_a_refused_callback_leaves_nothing(
    reason: Reason, caplog: pytest.LogCaptureFixture
) -> None:
    """No cycle: the receivers' collector comes so seldom that megabytes would wait for it."""
    caplog.set_level(logging.CRITICAL)  # it would keep the errors
    gate = Gate()
    gate.open.clear()
    gate.error = lambda _entries: Busy(Reason.JOURNAL_FULL, "full")
    appender = Appender(gate, patience=0.05 if reason == Reason.JOURNAL_UNAVAILABLE else 10.0)
    with without_collector():
        before = entries()
        appending = [kept(appender, callback(str(n))) for n in range(3)]
        await until(lambda: gate.batches)
        if reason == Reason.JOURNAL_FULL:
            gate.open.set()
        assert reasons(await asyncio.gather(*appending, return_exceptions=True)) == [reason] * 3
        del appending
        gate.open.set()
        await appender.close()
        await asyncio.sleep(0)
        assert entries() == before
