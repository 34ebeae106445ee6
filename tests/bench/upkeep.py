"""A journal, and beside it, in a process of its own as in a gateway, its WAL is written back."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event as Flag
from pathlib import Path

from gateway.journal import Upkeep


@contextmanager
def written_back(path: Path) -> Iterator[None]:
    """Four times a second, as the supervisor does."""
    ended = multiprocessing.Event()
    process = multiprocessing.Process(target=_write_back, args=(path, ended), daemon=True)
    process.start()
    try:
        yield
    finally:
        ended.set()
        process.join()


def _write_back(path: Path, ended: Flag) -> None:
    with Upkeep(path) as upkeep:
        while not ended.wait(0.25):
            upkeep.checkpoint()
