"""The journal's file and its disk → findings. Makes and changes nothing.

SQLite's quick check reads the whole file, so it is given some seconds and no more.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Final

from gateway.doctor.disk import file_system
from gateway.doctor.finding import Finding, fail, ok, warn
from gateway.journal import JournalError, require, unwritable
from gateway.settings import Journal

_WHAT: Final = "journal"
_CHECK_SECONDS: Final = 10.0
_STEPS: Final = 10_000
"""Of SQLite's machine, between two looks at the clock."""
_NEARLY: Final = 0.9


def journal(section: Journal, clock: Callable[[], float] = monotonic) -> Iterator[Finding]:
    """Whether it opens, can be written, is whole, is on a disk that keeps it, and has room."""
    path = section.path
    if not path.exists():
        yield _new(path)
    else:
        yield from _existing(path, clock)
    yield file_system(path)
    yield _space(section)


def _new(path: Path) -> Finding:
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        return fail(_WHAT, f"{folder} cannot be written", "let the gateway's user write there")
    return ok(_WHAT, f"{path} will be made")


def _existing(path: Path, clock: Callable[[], float]) -> Iterator[Finding]:
    why = unwritable(path)
    if why is None and not os.access(path.parent, os.W_OK | os.X_OK):
        why = "its folder cannot be written"
    if why is not None:
        advice = "let the gateway's user write the file and its folder, also to read them"
        yield fail(_WHAT, f"{path}: {why}", advice)
        return
    try:
        require(path)
    except JournalError as error:
        yield fail(_WHAT, str(error), "see `gateway journal verify`")
        return
    yield _checked(path, clock)


def _checked(path: Path, clock: Callable[[], float]) -> Finding:
    until = clock() + _CHECK_SECONDS
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as db:
            db.set_progress_handler(lambda: clock() > until, _STEPS)
            faults = [text for (text,) in db.execute("PRAGMA quick_check(1)") if text != "ok"]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            found = f"{path} opens; it is too large to be checked in {_CHECK_SECONDS:.0f} s"
            return warn(_WHAT, found, "`gateway journal verify` takes its time")
        faults = [str(error)]
    except sqlite3.Error as error:
        faults = [str(error)]
    if faults:
        return fail(_WHAT, f"{path} is damaged: {faults[0]}", "see `gateway journal verify`")
    return ok(_WHAT, f"{path} opens and is whole")


def _space(section: Journal) -> Finding:
    path, what = section.path, f"{_WHAT}.max_size"
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    files = (path, path.with_name(path.name + "-wal"))
    used = sum(file.stat().st_size for file in files if file.exists())
    free, left = shutil.disk_usage(folder).free, max(0, section.max_size - used)
    found = f"{used} of {section.max_size} bytes used; {free} free on the disk"
    if free < left:
        return warn(what, found, "the disk is full before the journal is: a smaller max_size")
    if used > _NEARLY * section.max_size:
        return warn(what, found, "a larger max_size or a shorter retention, or `journal compact`")
    return ok(what, found)
