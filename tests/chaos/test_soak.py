"""What grows is found, and what only varies, or is started anew, is not."""

import os
from collections.abc import Callable
from time import monotonic

import pytest

from tests.chaos.soak import MOST_SOCKETS, Growth, Sample, growths, sample

HOUR = 3600.0


def life(
    mib: Callable[[float], float], *, start: float = 0.0, hours: float = 2.0, threads: int = 4
) -> list[Sample]:
    """A sample every ten seconds; `mib` of the hours since its start."""
    moments = [10.0 * number for number in range(int(hours * HOUR / 10))]
    return [Sample(start + at, mib(at / HOUR), 12, 8, threads=threads) for at in moments]


def growth(*lives: list[Sample]) -> Growth:
    """Of one kind of process."""
    return growths({("receiver", pid): each for pid, each in enumerate(lives)})["receiver"]


def test_a_process_that_grows_is_found() -> None:
    """By its slope after the warm-up."""
    found = growth(life(lambda hours: 100 + 3 * hours))
    assert found.mib_per_hour == pytest.approx(3.0)
    assert found.mib == [[pytest.approx(100 + each / 2) for each in range(12)]]
    assert not found.is_good


def test_what_a_process_takes_at_its_start_is_no_growth() -> None:
    """Nor is what a process has that takes the place of a smaller one."""
    found = growth(
        life(lambda hours: 100 + 600 * min(hours, 0.1)),
        life(lambda hours: 180 + 600 * min(hours, 0.1), start=2 * HOUR),
    )
    assert found.mib_per_hour == pytest.approx(0.0, abs=1e-6)
    assert (found.lives, found.is_good) == (2, True)


def test_lives_that_are_shorter_than_the_warm_up_tell_nothing() -> None:
    """And that is not good enough."""
    found = growth(life(lambda hours: 100, hours=0.1))
    assert (found.lives, found.is_good) == (0, False)


def test_files_threads_and_sockets_that_grow_are_found() -> None:
    """The first two within a life, the last at any time."""
    flat = life(lambda _: 100)
    more = [Sample(each.at, each.mib, 12 + i // 100, 8, threads=4) for i, each in enumerate(flat)]
    assert not growth(more).is_good
    threads = [
        Sample(each.at, each.mib, 12, 8, threads=4 + i // 100) for i, each in enumerate(flat)
    ]
    assert not growth(threads).is_good
    crowded = [Sample(each.at, each.mib, 12, MOST_SOCKETS + 1, threads=4) for each in flat]
    assert not growth(crowded).is_good
    assert growth(flat).is_good


def test_a_process_is_sampled_from_the_outside() -> None:
    """This one: it has memory, files and a thread."""
    seen = sample(os.getpid(), monotonic())
    assert seen.mib > 1
    assert min(seen.files, seen.threads) >= 1
