"""malloc, told to give back the memory of large callbacks as soon as they are answered.

By itself glibc learns from the first large block that is freed to take the next ones from its heap
(mallopt(3), `M_MMAP_THRESHOLD`). There they lie between small ones that live longer, and a receiver
keeps some 50 MiB that it needs no more. 5 KB know nothing of it, and for 1 MiB, which takes 20 ms
to look at, fresh memory is 0.1 ms.
"""

import ctypes
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
"""Both of `malloc.h`."""
LARGE: Final = 128 << 10
"""Bytes of a block that gets memory of its own: where glibc begins."""
_SPARE: Final = 4 << 20
"""Bytes that may stay free at the end of the heap."""


def give_back() -> None:
    """From now on, in this process; nothing where the C library has no `mallopt`."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, LARGE)
        mallopt(_TRIM_THRESHOLD, _SPARE)
