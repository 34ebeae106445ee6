"""malloc, told to give back what large callbacks needed: in a process of its own, for its life."""

import ctypes
import subprocess
import sys

import pytest

_SHRINKS = """
import os

from gateway.processes.heap import LARGE, give_back
from tests.e2e.gateway import resident_mib

def grown():
    before = resident_mib(os.getpid())
    for _ in range(3):
        large, small = [], []
        for _ in range(64):
            large.append(b"x" * (8 * LARGE))
            small.append(b"x" * (LARGE // 8))
        del large
        kept.append(small)
    return resident_mib(os.getpid()) - before

kept = []
give_back()
print(grown())
"""


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library has no mallopt"
)
def test_large_blocks_leave_nothing_between_small_ones() -> None:
    """64 MiB in between three times 1 MiB that stays."""
    told = subprocess.run(
        [sys.executable, "-c", _SHRINKS], check=True, capture_output=True, text=True
    )
    assert float(told.stdout) < 16
