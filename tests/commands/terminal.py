"""A command on a terminal, as somebody at a keyboard sees it."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress


def seen(*words: object, environ: Mapping[str, str], width: int = 160) -> str:
    """All that `gateway …` shows on a terminal of so many columns, with its control sequences."""
    ours, theirs = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    size = {"COLUMNS": str(width), "LINES": "40", "TERM": "xterm-256color"}
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", *map(str, words)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**plain, **size, **environ},
    ) as process:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
        process.wait(20)
    os.close(ours)
    return shown.decode()


def _read(terminal: int) -> bytes:
    """Nothing once nobody can write any more."""
    with suppress(OSError):
        return os.read(terminal, 1 << 16)
    return b""
