"""A running gateway, looked at from outside all the time: its health and its memory."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from time import monotonic
from typing import Final

from tests.e2e.gateway import Gateway, together_mib

_EVERY_SECONDS: Final = 0.1
_PATIENCE: Final = 5.0
_SPAWN: Final = multiprocessing.get_context("spawn")


@dataclass(slots=True)
class Watched:
    """What was seen."""

    health: list[float] = field(default_factory=list)
    """Seconds until `/healthz` said 200; the patience where it did not."""
    memory_mib: float = 0.0
    """The most that all its processes had together."""
    load: list[float] = field(default_factory=list)
    """The machine's load average of a minute."""


@contextmanager
def watched(gateway: Gateway) -> Iterator[Watched]:
    """Look at the gateway while the block runs; what was seen is there after it.

    From a process of its own: one that reads what a generator did stands still meanwhile.
    """
    seen = Watched()
    ours, theirs = _SPAWN.Pipe()
    looking = _SPAWN.Process(
        target=_watch, args=(gateway.admin_port, gateway.processes(), theirs), daemon=True
    )
    looking.start()
    theirs.close()
    try:
        yield seen
    finally:
        ours.send(None)
        found: Watched = ours.recv()
        seen.health, seen.memory_mib, seen.load = found.health, found.memory_mib, found.load
        looking.join(_PATIENCE)


def _watch(port: int, pids: Sequence[int], end: Connection) -> None:
    seen = Watched()
    while not end.poll(_EVERY_SECONDS):
        seen.health.append(_health(port))
        seen.memory_mib = max(seen.memory_mib, together_mib(pids))
        seen.load.append(os.getloadavg()[0])
    end.send(seen)


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
