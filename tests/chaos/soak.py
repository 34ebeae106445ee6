"""Every process of a gateway, looked at every ten seconds for hours → whether anything grows.

A process that was started anew has a life of its own: what it takes in its first minutes is not
growth. The slope of memory is that of all lives of a kind of process together, each around its own
mean. Files and threads are those that a process has for itself: the sockets come and go with
senders and brokers, and are only bounded.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from time import monotonic
from typing import Final

from tests.chaos.scene import Scene
from tests.e2e.gateway import resident_mib

EVERY_SECONDS: Final = 10.0
WARM_UP_SECONDS: Final = 600.0
"""Of a life; a shorter life tells nothing."""
LARGEST_SLOPE: Final = 1.0
"""MiB an hour."""
LARGEST_SPREAD: Final = 4
"""Of files and of threads: two more or less."""
MOST_SOCKETS: Final = 64
_KEPT_EACH: Final = 60
"""Of so many samples one is told, ten minutes apart."""
LARGEST_LOG: Final = 64 << 20
"""Bytes; what is beyond is thrown away."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One process at a moment of `time.monotonic`."""

    at: float
    mib: float
    files: int
    sockets: int
    threads: int


@dataclass(frozen=True, slots=True)
class Growth:
    """What one kind of process came to, over `hours` of lives after their warm-up."""

    hours: float
    lives: int
    mib_per_hour: float
    largest_mib: float
    mib: list[list[float]]
    """Each life's, every ten minutes from its beginning."""
    files: int
    threads: int
    """The most that these differed by within a life."""
    most_sockets: int

    @property
    def is_good(self) -> bool:
        """Whether nothing grows."""
        constant = max(self.files, self.threads) <= LARGEST_SPREAD
        is_flat = self.mib_per_hour < LARGEST_SLOPE
        return self.lives > 0 and is_flat and constant and self.most_sockets <= MOST_SOCKETS


_CHILDREN: Final = ("receiver", "publisher", "forkserver")

Lives = Mapping[tuple[str, int], Sequence[Sample]]
"""Name and pid → what was seen."""


class Soak:
    """Looks on while the storm lasts; the figures are there afterwards."""

    def __init__(self) -> None:
        self.lives: dict[tuple[str, int], list[Sample]] = defaultdict(list)
        self.log_bytes = 0
        """All that the gateway ever wrote."""
        self._gone = 0

    async def __call__(self, scene: Scene) -> None:
        """Until cancelled."""
        while True:
            for name, pid in _processes(scene):
                with suppress(OSError, IndexError):  # it has just ended
                    self.lives[name, pid].append(sample(pid, monotonic()))
            self._look_at(scene.gateway.log)
            await asyncio.sleep(EVERY_SECONDS)

    def _look_at(self, log: Path) -> None:
        """Days of lines would fill the disk; each is written at the end, wherever that is."""
        size = log.stat().st_size
        self.log_bytes = self._gone + size
        if size > LARGEST_LOG:
            os.truncate(log, 0)
            self._gone += size


def sample(pid: int, at: float) -> Sample:
    """Of a process that runs. Raises OSError."""
    links = []
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(str(each.readlink()))
    sockets = sum(link.startswith("socket:") for link in links)
    threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
    return Sample(at, resident_mib(pid), len(links) - sockets, sockets, threads=threads)


def growths(lives: Lives, *, warm_up: float = WARM_UP_SECONDS) -> dict[str, Growth]:
    """By the name of the process."""
    found: dict[str, list[Sequence[Sample]]] = defaultdict(list)
    for (name, _pid), seen in lives.items():
        found[name].append(seen)
    return {name: _growth(seen, warm_up) for name, seen in found.items()}


def _growth(seen: Sequence[Sequence[Sample]], warm_up: float) -> Growth:
    settled = [[each for each in life if each.at - life[0].at >= warm_up] for life in seen]
    lives = [life for life in settled if len(life) > 1]
    every = [each for life in lives for each in life]
    return Growth(
        hours=sum(life[-1].at - life[0].at for life in lives) / 3600,
        lives=len(lives),
        mib_per_hour=_slope(lives) * 3600,
        largest_mib=max((each.mib for each in every), default=0.0),
        mib=[[round(each.mib, 1) for each in life[::_KEPT_EACH]] for life in seen],
        files=max((_spread(each.files for each in life) for life in lives), default=0),
        threads=max((_spread(each.threads for each in life) for life in lives), default=0),
        most_sockets=max((each.sockets for each in every), default=0),
    )


def _slope(lives: Sequence[Sequence[Sample]]) -> float:
    above = below = 0.0
    for life in lives:
        time, mib = fmean(each.at for each in life), fmean(each.mib for each in life)
        above += sum((each.at - time) * (each.mib - mib) for each in life)
        below += sum((each.at - time) ** 2 for each in life)
    return above / below if below else 0.0


def _spread(figures: Iterable[int]) -> int:
    seen = list(figures)
    return max(seen) - min(seen)


def _processes(scene: Scene) -> list[tuple[str, int]]:
    children = ((name, pid) for name in _CHILDREN for pid in scene.gateway.children(name))
    return [("supervisor", scene.gateway.pid), *children]
