"""An error of SQLite → what it means: not now, never again from this connection, or our bug."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.core.errors import Busy, GatewayError, Reason

_BUGS: Final = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.NotSupportedError,
)
"""What one wrong value or statement causes; every other error is about the file."""

_NO_SPACE: Final = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE,  # a full disk, met while the WAL's index grows
}


_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_ADVICE: Final = "; keep the file as it is: `gateway journal verify` says what to do"


class JournalError(GatewayError):
    """The journal cannot be opened or read; the message names the file."""

    status = 503
    reason = Reason.JOURNAL_UNAVAILABLE


class DamagedJournalError(JournalError):
    """The file is not what SQLite has written."""


def is_final(error: OSError | sqlite3.Error) -> bool:
    """Whether nothing may be accepted until the file is opened anew.

    After a failed fsync the kernel may drop what it could not write and report the next one as
    done (https://wiki.postgresql.org/wiki/Fsync_Errors), so an I/O error is never tried again.
    """
    code = _code(error)
    return code & 0xFF == sqlite3.SQLITE_IOERR and code not in _NO_SPACE


def busy(path: Path, error: OSError | sqlite3.Error) -> Busy | None:
    """What the sender is told; None when the error is a bug of ours."""
    if isinstance(error, _BUGS):
        return None
    full = _code(error) in _NO_SPACE
    reason = Reason.JOURNAL_FULL if full else Reason.JOURNAL_UNAVAILABLE
    return Busy(reason, _told(path, error))


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turns errors of SQLite and of the file system into a `JournalError` that names the file."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        kind = DamagedJournalError if _is_damage(error) else JournalError
        raise kind(_told(path, error)) from error


def _told(path: Path, error: OSError | sqlite3.Error) -> str:
    return f"journal {path}: {error}{_ADVICE if _is_damage(error) else ''}"


def _is_damage(error: OSError | sqlite3.Error) -> bool:
    return _code(error) & 0xFF in _DAMAGED


def _code(error: OSError | sqlite3.Error) -> int:
    """SQLite's extended result code; 0 for an error that is not of SQLite itself."""
    return getattr(error, "sqlite_errorcode", 0)
