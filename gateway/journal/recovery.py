"""A journal as its last gateway left it → whether all of it was recovered, or what was not.

SQLite reads its write-ahead log up to the first page whose checksum is wrong, and overwrites the
rest without a word. A process that was killed leaves at most its last transaction unfinished; where
one that others followed is not recovered, the log was damaged: that is told, and a copy kept. The
format: https://www.sqlite.org/fileformat2.html#walformat
"""

import os
import shutil
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Final

from gateway.journal.errors import naming

_HEADER: Final = struct.Struct(">8xI4x8s8x")
"""Of the log: the size of a page, and the salts of its frames."""
_FRAME: Final = struct.Struct(">4xI8s8x")
"""Before each page: not 0 where a transaction ends, and the salts."""


def damage(path: Path, *, now: str) -> str | None:
    """Before any other process opens the journal: what of it was lost, in a sentence.

    `now` is for the name of the copy. Raises JournalError when it cannot be opened at all.
    """
    wal = path.with_name(path.name + "-wal")
    if not wal.exists() or not path.exists():
        return None
    with naming(path), closing(sqlite3.connect(path)) as db:
        finished = _finished(wal)
        ((_busy, recovered, _back),) = db.execute("PRAGMA wal_checkpoint(PASSIVE)")
        if recovered >= finished:
            return None
        copy = wal.with_name(f"{wal.name}.damaged-{now}")
        shutil.copyfile(wal, copy)
        copy.chmod(0o600)
    return (
        f"journal {path}: its write-ahead log is damaged, {recovered} of {finished} pages could be"
        f" recovered; {copy} is a copy. After a loss of power it may have held nothing that was"
        " accepted. Otherwise the disk is failing and callbacks are lost: see what the senders can"
        " repeat, and run `gateway journal verify`"
    )


def _finished(wal: Path) -> int:
    """How many pages the log has up to the end of its last transaction but one."""
    commits = [0, 0]
    with wal.open("rb", buffering=0) as file:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return 0
        page_size, salts = _HEADER.unpack(header)
        size = _FRAME.size + page_size
        for number, start in enumerate(range(_HEADER.size, wal.stat().st_size, size), start=1):
            frame = os.pread(file.fileno(), _FRAME.size, start)
            if len(frame) == _FRAME.size:
                ends, own = _FRAME.unpack(frame)
                if ends and own == salts:
                    commits.append(number)
    return commits[-2]
