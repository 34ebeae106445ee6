"""CPU that some work takes, as far as a busy machine can tell: the least of a few tries."""

import gc
from collections.abc import Callable
from time import process_time
from typing import Final

_TRIES: Final = 5


def cost(work: Callable[[], object], *, enough: float = 0.0) -> float:
    """CPU seconds of this process for `work`; tried again until one try takes less than `enough`.

    The collector's work belongs to the whole process.
    """
    return min(_tries(work, enough))


def _tries(work: Callable[[], object], enough: float) -> list[float]:
    tried: list[float] = []
    while len(tried) < _TRIES and (not tried or tried[-1] >= enough):
        gc.disable()
        started = process_time()
        work()
        tried.append(process_time() - started)
        gc.enable()
    return tried


def is_soon(work: Callable[[], object]) -> bool:
    """Whether nothing in `work` is quadratic: it takes less than five seconds, on a calm machine
    a fraction of one."""
    return cost(work, enough=5.0) < 5.0
