"""The gateway that has a journal: one at a time, since each of two would publish all of it."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from gateway.journal.errors import JournalError, naming


class Tenant:
    """This process, until it closes it or ends, however it ends."""

    def __init__(self, journal: Path) -> None:
        """Raises JournalError, also where another gateway has the journal."""
        path = journal.with_name(journal.name + "-gateway")
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
