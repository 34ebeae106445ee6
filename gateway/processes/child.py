"""One child process of the gateway: started, listened to, started again when it ends.

A child is forked by the fork server. It says a `Beat` once a second over its link, and stops when
its link ends: the parent says so, or is gone. What it reads there before is something new from the
parent. Signals are the parent's business: a terminal or a service manager may send them to its
children at the same time. Restarts back off from 0.1 s to 5 s and start over after a child has
worked for 10 s.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from time import monotonic
from typing import Final

from gateway.processes.forking import fork, give_up

_LONGEST_PAUSE: Final = 5.0
_STEADY_SECONDS: Final = 10.0
_TOLD_SECONDS: Final = 1.0
"""How soon the fork server tells of an end; it takes a millisecond."""
_UNTOLD: Final = 255
"""The exit code, for multiprocessing, of a child whose fork server has gone."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Beat:
    """A process's word: it lives, and why it cannot do its work (None: it can)."""

    trouble: str | None = None


Target = Callable[[Connection], None]
"""Runs in the child with its end of the link; must be picklable."""


class Child:
    """A process that is kept running until `stop`."""

    def __init__(self, name: str, target: Target, on_exit: Callable[[str], None]) -> None:
        self.name = name
        self._target = target
        self._on_exit = on_exit
        self._process: ForkServerProcess | None = None
        self._link: Connection | None = None
        self._stopping = False
        self._pause = 0.1
        self._heard = 0.0
        self._works_since: float | None = None
        self._ends = 0
        self._killed_for = ""
        self._starting: asyncio.Task[None] | None = None
        self._restart: asyncio.TimerHandle | None = None
        self._untold: object = None
        self._telling: asyncio.Task[None] | None = None
        self.cause = ""
        """Why it ended the last time."""
        self.ended = asyncio.Event()
        self.spoken = asyncio.Event()
        """Set from the running process's first beat on."""
        self.beat: Beat | None = None
        """The last one of the running process; None until its first."""

    @property
    def pid(self) -> int | None:
        """The running process, for logs."""
        return self._process.pid if self._process is not None else None

    @property
    def is_starting(self) -> bool:
        """Whether it has not said a word yet, but will."""
        return self.beat is None and (self._starting is not None or self._process is not None)

    @property
    def silent_seconds(self) -> float:
        """Since the last beat of a process that has ever spoken; 0 for one that starts up."""
        return monotonic() - self._heard if self.beat is not None else 0.0

    @property
    def ends(self) -> int:
        """How often it ended in a row, without ten seconds of work in between."""
        return 0 if self._is_steady else self._ends

    @property
    def _is_steady(self) -> bool:
        since = self._works_since
        return since is not None and monotonic() - since > _STEADY_SECONDS

    def start(self) -> None:
        """Start the process and watch it; where the machine cannot, try again later."""
        self._starting = asyncio.create_task(self._start())

    async def _start(self) -> None:
        self._untold = None  # the target knows it
        try:
            self._process, self._link = await fork(self._target, self.name)
        except OSError as error:
            self._starting = None
            self._again(f"cannot be started ({error})")
            return
        self._starting = None
        self.beat = None
        asyncio.get_running_loop().add_reader(self._link.fileno(), self._listen)
        if self._untold is not None:
            self._tell_soon()
        if self._stopping:
            self.stop()

    def stop(self) -> None:
        """Ask the process to finish; `ended` is set when it has."""
        self._stopping = True
        if self._restart is not None:
            self._restart.cancel()
        if self._link is not None:
            with contextlib.suppress(OSError), socket.socket(fileno=_copy(self._link)) as link:
                link.shutdown(socket.SHUT_WR)  # also ends a message that it does not read
        elif self._starting is None:
            self.ended.set()

    def renew(self, target: Target, message: object) -> None:
        """Run `target` from its next start on; the process that runs now is told `message`.

        A message that it has not begun to read gives way to a newer one.
        """
        self._target, self._untold = target, message
        self._tell_soon()

    def _tell_soon(self) -> None:
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        while self._untold is not None and self._link is not None:
            message, self._untold = self._untold, None
            with contextlib.suppress(OSError), Connection(_copy(self._link)) as link:
                await asyncio.to_thread(link.send, message)  # who hangs does not read
        self._telling = None

    def kill(self, cause: str = "") -> None:
        """End the process at once; `cause` is told for it, if it is none of its own."""
        if self._process is not None:
            self._killed_for = cause
            _kill(self._process)
        elif self._starting is not None:
            give_up()

    def _listen(self) -> None:
        assert self._link is not None
        try:
            while self._link.poll():
                beat = self._link.recv()
                assert isinstance(beat, Beat)
                self.beat, self._heard = beat, monotonic()
                self._works_since = self._works_since or self._heard
                self.spoken.set()
        except (EOFError, OSError):
            self._exited()

    def _exited(self) -> None:
        """The other end of the link is closed, which is seen also where the fork server, that tells
        why, has gone."""
        process, link = self._process, self._link
        assert process is not None
        assert link is not None
        asyncio.get_running_loop().remove_reader(link.fileno())
        link.close()
        process.join(_TOLD_SECONDS)
        if process.exitcode in (None, _UNTOLD):
            _kill(process)  # there must never be two
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process.pid or 0, 0)  # where orphans are given to this process
        self.cause = self._killed_for or _cause(process.exitcode)
        self._killed_for = ""
        self._process, self._link, self.beat = None, None, None
        self.spoken.clear()
        if self._is_steady:
            self._pause, self._ends = 0.1, 0
        self._works_since = None
        if not self._stopping:
            self._ends += 1
            self._on_exit(self.cause)
        self._again(f"ended ({self.cause})")

    def _again(self, what: str) -> None:
        if self._stopping:
            self.ended.set()
            return
        _log.error("%s %s; starting it again in %.1f s", self.name, what, self._pause)
        self._restart = asyncio.get_running_loop().call_later(self._pause, self.start)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)


def _kill(process: ForkServerProcess) -> None:
    """Also one that has lost its fork server."""
    if process.pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def _copy(link: Connection) -> int:
    """A descriptor of the link that its end does not close."""
    return os.dup(link.fileno())


def become(name: str) -> None:
    """At the start of a child: leave signals to the parent, and show a name in `ps` and `top`."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)


def _cause(exit_code: int | None) -> str:
    """A closed set: the name of a signal, `exit` or `error`."""
    if exit_code is not None and exit_code < 0:
        return signal.Signals(-exit_code).name
    return "exit" if exit_code == 0 else "error"
