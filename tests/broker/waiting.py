"""Waiting for a fact with a deadline, instead of sleeping and hoping."""

import time
from collections.abc import Callable


def until(fact: Callable[[], object], *, within: float = 45.0) -> None:
    """Returns as soon as `fact()` is true; TimeoutError after `within` seconds."""
    deadline = time.monotonic() + within
    while not fact():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not true within {within} s")
        time.sleep(0.01)
