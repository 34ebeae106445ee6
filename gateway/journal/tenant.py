"""The gateway that has a journal: one at a time, since each of two would publish all of it."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from gateway.journal.errors import JournalError, naming

_LOCKS: Final = Path("/proc/locks")


class Tenant:
    """This process, until it closes it or ends, however it ends."""

    def __init__(self, journal: Path) -> None:
        """Raises JournalError, also where another gateway has the journal."""
        path = _file(journal)
        with naming(journal):
            journal.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                other = os.pread(self._file, 16, 0).decode(errors="replace").strip()
                os.close(self._file)
                told = f"another gateway has it, process {other}; each needs one of its own"
                raise JournalError(f"journal {journal}: {told}") from error
            with suppress(OSError):  # a full disk: who it is, is for people only
                os.ftruncate(self._file, 0)
                os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Another gateway may have it."""
        os.close(self._file)


def tenant(journal: Path) -> int | None:
    """The process of the gateway that has it; None where none has, or this cannot be known.

    To try the lock would keep a gateway that starts just now from having it.
    """
    try:
        path = _file(journal)
        pid, inode = int(path.read_text()), path.stat().st_ino
        held = [line.split() for line in _LOCKS.read_text().splitlines()]
    except (OSError, ValueError):
        return None
    # proc(5): number, FLOCK, ADVISORY, WRITE, process, device:inode, start, end
    ours = [lock for lock in held if lock[1:2] == ["FLOCK"] and lock[4] == str(pid)]
    return pid if any(lock[5].endswith(f":{inode}") for lock in ours) else None


def _file(journal: Path) -> Path:
    return journal.with_name(journal.name + "-gateway")
