"""A running gateway, looked at from outside all the time: its health and its memory."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from threading import Event, Thread
from time import monotonic
from typing import Final

from tests.e2e.gateway import Gateway, resident_mib

_EVERY_SECONDS: Final = 0.1
_PATIENCE: Final = 5.0


@dataclass(slots=True)
class Watched:
    """What was seen so far."""

    health: list[float] = field(default_factory=list)
    """Seconds until `/healthz` said 200; the patience where it did not."""
    memory_mib: float = 0.0
    """The most that all its processes had at once."""
    load: list[float] = field(default_factory=list)
    """The machine's load average of a minute."""


@contextmanager
def watched(gateway: Gateway) -> Iterator[Watched]:
    """Look at the gateway while the block runs."""
    seen, end = Watched(), Event()
    thread = Thread(target=_watch, args=(gateway, seen, end), name="watch", daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        thread.join(2 * _PATIENCE)


def _watch(gateway: Gateway, seen: Watched, end: Event) -> None:
    while not end.wait(_EVERY_SECONDS):
        seen.health.append(_health(gateway.admin_port))
        pids = [gateway.pid, *gateway.children("receiver"), *gateway.children("publisher")]
        seen.memory_mib = max(seen.memory_mib, sum(map(resident_mib, pids)))
        seen.load.append(os.getloadavg()[0])


def _health(port: int) -> float:
    begun = monotonic()
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        answer.read()
        return monotonic() - begun if answer.status == 200 else _PATIENCE
    except OSError:
        return _PATIENCE
    finally:
        connection.close()
