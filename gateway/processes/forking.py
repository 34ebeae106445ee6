"""The fork server: a process that has imported what children need, and is forked for each of them.

So a child works after a fifth of the time and CPU that its own imports would take, when the gateway
starts as well as after a crash, and holds no thread, lock or connection of the supervisor. Were the
fork server killed, the children would live on, and the next start of one would bring another.
"""

# ruff: noqa: SLF001 - nothing public says where its socket is, or ends it

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final

_CONTEXT: Final = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["gateway.processes.preloaded"])
_ANSWER_SECONDS: Final = 10.0
"""A new one takes a second or two until it forks."""


@contextmanager
def fork_server(folder: Path) -> Iterator[None]:
    """Start it without waiting for it; it ends with the block. Raises OSError.

    Its socket is in `folder`, which only this user may read.
    """
    # Through a descriptor: the path of a socket has 107 characters at most. And multiprocessing's
    # own folder would stay behind when the gateway is killed.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    config = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    config["tempdir"] = f"/proc/self/fd/{handle}"
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # a parent may have had it ignored
    try:
        forkserver.ensure_running()
        yield
    finally:
        give_up()
        del config["tempdir"]
        os.close(handle)


async def fork(
    target: Callable[[Connection], None], name: str
) -> tuple[ForkServerProcess, Connection]:
    """A new process, which runs `target` with its end of a link, and ours.

    Raises OSError with nothing but what is wrong; then the next try has another fork server.
    """
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=target, args=(theirs,), name=name)
    starting = asyncio.create_task(asyncio.to_thread(process.start))
    done, _ = await asyncio.wait([starting], timeout=_ANSWER_SECONDS)
    if not done:
        give_up()
        await asyncio.wait([starting])
    theirs.close()
    try:
        starting.result()
    except (OSError, EOFError) as error:
        ours.close()
        give_up()
        raise OSError(getattr(error, "strerror", None) or "the fork server did not fork") from error
    return process, ours


def give_up() -> None:
    """End the fork server at once, whatever it does; who waits for it gets an error."""
    server: Any = forkserver._forkserver
    if (pid := server._forkserver_pid) is not None:
        os.kill(pid, signal.SIGKILL)
        with suppress(FileNotFoundError):
            server._stop()
