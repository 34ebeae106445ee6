"""What only the collector of cycles would free: the receivers' comes so seldom that it is MiB."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final

from aiohttp.web_protocol import RequestHandler

from gateway.core.model import Callback, Entry

KINDS: Final = (BaseException, TracebackType, Callback, Entry, RequestHandler)
"""An error's frames hold whatever was at hand, mostly the callback and its connection."""


@contextmanager
def without_collector() -> Iterator[None]:
    """Nothing but reference counts frees anything, and there is nothing to collect at first."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def kept_in_cycles() -> Iterator[list[object]]:
    """A list, filled at the end with those of `KINDS` that were left in cycles."""
    found: list[object] = []
    with without_collector():
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            yield found
            gc.collect()
            found += [each for each in gc.garbage if isinstance(each, KINDS)]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
