"""The gateway's parent process: receivers and publisher as children, the admin port, maintenance.

It accepts no callback itself. SIGTERM: `/readyz` turns to 503 at once, callbacks are still accepted
for `drain_delay`, then the receivers close their port, finish and commit, then the publisher stops.
A second signal ends everything at once: the journal has all that was answered 200. SIGHUP: the
configuration is read again while everything runs.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine
from typing import Final

from gateway.core.errors import Reason
from gateway.processes.child import Child
from gateway.processes.hanging import end_when_silent
from gateway.settings.values import Address

STALLED_SECONDS: Final = 5.0
_RECEIVERS_SECONDS: Final = 9.0
_PUBLISHER_SECONDS: Final = 4.5
"""How long children may take to finish: with the default `drain_delay` 15 s hold for all."""
_log = logging.getLogger(__name__)


class Supervisor:
    """Keeps children running and tells of their state; satisfies the admin port's `Health`."""

    def __init__(self) -> None:
        self.receivers: list[Child] = []
        self.publisher: Child | None = None
        self.draining = False
        self._signals: asyncio.Queue[int] = asyncio.Queue()
        self._hangup = asyncio.Event()

    def stalled(self) -> list[str]:
        """Receivers whose event loop has not turned for five seconds."""
        silent = (child for child in self.receivers if child.silent_seconds > STALLED_SECONDS)
        return [trouble for child in silent if (trouble := _trouble(child))]

    def unready(self) -> list[str]:
        """Why callbacks cannot be accepted; empty when at least one receiver takes them. A journal
        that is full for one of them is so for all, who may not have met with it yet."""
        if self.draining:
            return ["draining"]
        troubles = [_trouble(child) for child in self.receivers]
        is_full = any(map(_has_no_room, self.receivers))
        return [trouble for trouble in troubles if trouble] if is_full or all(troubles) else []

    def notices(self) -> list[str]:
        """What does not stop callbacks from being accepted, but wants a look."""
        children = self._children()
        told = [trouble for child in children if (trouble := _trouble(child))]
        return told + [
            f"{child.name} has ended {child.ends} times in a row ({child.cause})"
            for child in children
            if child.ends > 1
        ]

    def processes(self) -> dict[str, int]:
        """Every process of the gateway that runs, by name, with its pid."""
        pids = {child.name: child.pid for child in self._children() if child.pid is not None}
        return {"supervisor": os.getpid(), **pids}

    def start(self) -> None:
        """Start the children; signals that come from now on are for `run`."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signals.put_nowait, number)
        loop.add_signal_handler(signal.SIGHUP, self._hangup.set)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
        for child in self._children():
            child.start()

    async def run(
        self,
        ready: Callable[[], None],
        reload: Callable[[], Awaitable[None]],
        *,
        sockets: list[socket.socket],
        drain_delay: float,
    ) -> None:
        """Wait for a signal, then stop the children in order. `sockets` are theirs.

        `reload` is called for a SIGHUP, never twice at a time.
        """
        works = [self._announce(ready), _repeat(reload, self._hangup)]
        if self.publisher is not None:
            works.append(end_when_silent(self.publisher))
        meanwhile = [asyncio.create_task(_told(work)) for work in works]
        await self._signals.get()
        for task in meanwhile:
            task.cancel()
        self.draining = True
        _log.info("stopping: accepting for %.1f s more", drain_delay)
        stopping = asyncio.create_task(self._stop(sockets, drain_delay))
        again = asyncio.create_task(self._signals.get())
        await asyncio.wait({stopping, again}, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            _log.warning("second signal: ending at once")
            stopping.cancel()
            await self.end()
        again.cancel()

    async def end(self) -> None:
        """End the children at once: the journal has all that was answered 200."""
        await _ended(self._children(), 0.0)

    async def _announce(self, ready: Callable[[], None]) -> None:
        for child in self.receivers:
            await child.spoken.wait()
        ready()

    async def _stop(self, sockets: list[socket.socket], drain_delay: float) -> None:
        await asyncio.sleep(drain_delay)
        for sock in sockets:  # so that the receivers' are the last: then the port is closed
            sock.close()
        await _ended(self.receivers, _RECEIVERS_SECONDS)
        if self.publisher is not None:
            await _ended([self.publisher], _PUBLISHER_SECONDS)

    def _children(self) -> list[Child]:
        return [*self.receivers, *([self.publisher] if self.publisher else [])]


async def _told(work: Coroutine[None, None, None]) -> None:
    """The gateway goes on without it, but not in silence."""
    try:
        await work
    except Exception:  # noqa: BLE001 - nobody waits for it
        _log.exception("a bug ended a work of the supervisor")


async def _repeat(work: Callable[[], Awaitable[None]], wanted: asyncio.Event) -> None:
    while True:
        await wanted.wait()
        wanted.clear()
        await work()


async def _ended(children: list[Child], seconds: float) -> None:
    """Stop the children, and kill those that have not ended in time."""
    for child in children:
        child.stop()
    every = asyncio.gather(*(child.ended.wait() for child in children))
    try:
        async with asyncio.timeout(seconds):
            await asyncio.shield(every)
    except TimeoutError:
        for child in children:
            child.kill()
        await every


def _trouble(child: Child) -> str | None:
    if child.beat is None:
        return f"{child.name} is {'starting' if child.is_starting else 'not running'}"
    if child.silent_seconds > STALLED_SECONDS:
        return f"{child.name} has been silent for {child.silent_seconds:.0f} s"
    return f"{child.name}: {child.beat.trouble}" if child.beat.trouble else None


def _has_no_room(child: Child) -> bool:
    return child.beat is not None and child.beat.trouble == Reason.JOURNAL_FULL


def bind(address: Address, count: int) -> list[socket.socket]:
    """`count` sockets on one address, which share its connections (SO_REUSEPORT).

    The parent holds them, so that connections wait in the queue while a receiver starts again. They
    listen at once: another socket may be bound beside one that does not, and nothing but its
    listening tells of the other. Raises OSError when the address is not to be had.
    """
    family, kind, protocol, _name, where = socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    sockets = [socket.socket(family, kind, protocol) for _ in range(count)]
    with socket.socket(family, kind, protocol) as alone:  # another gateway would share its port
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        alone.bind(where)
        where = alone.getsockname()
    for sock in sockets:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if count > 1:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(where)
        sock.listen()
    return sockets
