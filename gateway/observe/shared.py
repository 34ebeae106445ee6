"""The folder in which the processes of one gateway count together, while any of them lives.

prometheus_client has files of its own for each pid; here each role (`receiver-0`, `publisher`) has
its own, so that a process that is started again goes on with the counts of the one before: a crash
loop costs neither disk nor time (after 1,000 restarts it was 20 MB, and 0.2 s of each scrape), and
no count goes back. Two processes never have one role at a time: `Child` starts the next when the
last has ended.

Every process holds a lock on the folder. What a killed gateway has left has none, and goes when the
next one starts.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Of the environment: where prometheus_client looks for the folder."""
_PREFIX: Final = "gateway-metrics-"


@contextmanager
def shared_folder(parent: Path) -> Iterator[Path]:
    """A new folder below `parent`, for `VARIABLE` before metrics are imported here or in a child.

    Raises OSError where there can be none.
    """
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # in use, another user's, or just removed by another gateway
            _remove_unused(folder)
    folder, lock = _made(parent)
    try:
        yield folder
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def hold(folder: str) -> int:
    """The folder stays as long as this process lives. Raises OSError where it is gone."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def _made(parent: Path) -> tuple[Path, int]:
    """Between the two a gateway that starts as well may take the folder for one left behind."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        with suppress(FileNotFoundError):
            lock = hold(str(folder))
            if folder.exists():
                return folder, lock
            os.close(lock)


def _remove_unused(folder: Path) -> None:
    if folder.stat().st_uid != os.getuid():
        return
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(lock)
