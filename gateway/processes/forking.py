"""The fork server: a process that has imported what children need, and is forked for each of them.

So a child works after a fifth of the time and CPU that its own imports would take, when the gateway
starts as well as after a crash, and holds no thread, lock or connection of the supervisor. Were the
fork server killed, the children would live on, and the next start of one would bring another.
"""

import multiprocessing
import os
from multiprocessing import forkserver
from pathlib import Path
from typing import Final

CONTEXT: Final = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["gateway.processes.preloaded"])


def launch(folder: Path) -> None:
    """Start it and return at once. Its socket is in `folder`, which only this user may read."""
    # Through a descriptor: the path of a socket has 107 characters at most. And multiprocessing's
    # own folder would stay behind when the gateway is killed; there is no public way to say where.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    process = multiprocessing.current_process()
    process._config["tempdir"] = f"/proc/self/fd/{handle}"  # type: ignore[attr-defined]  # noqa: SLF001
    forkserver.ensure_running()
