"""Stepping the clock of a process moves its time of day, and nothing that it measures."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.chaos.clock import Clock

_TELL = """
import sys, time
for _ in sys.stdin:
    time.sleep(0.001)
    print(time.time(), time.monotonic(), flush=True)
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_a_clock_steps_while_a_process_runs(tmp_path: Path) -> None:
    """Forward, back, and right again; CLOCK_MONOTONIC and sleeping are as they were."""
    clock = Clock(tmp_path)
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", _TELL], env=os.environ | clock.environ, stdin=pipe, stdout=pipe
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for step in (0, 7200, -86_400, 0):
            clock.step(step)
            process.stdin.write(b"\n")
            process.stdin.flush()
            told, measured = map(float, process.stdout.readline().split())
            assert abs(told - time.time() - step) < 60
            assert abs(measured - time.monotonic()) < 60
