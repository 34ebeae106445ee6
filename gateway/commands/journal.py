"""`gateway journal`: check the journal's file, copy it, make it smaller."""

import sys
from pathlib import Path
from typing import Final

import click

from gateway.commands.options import configuration
from gateway.commands.output import progress, size
from gateway.commands.reading import configured, journal_errors, part
from gateway.journal import DamagedJournalError, care, require

_ADVICE: Final = """\
What to do:
1. Stop the gateway and copy the journal's files ({name}, {name}-wal) to a safe place.
2. Look at the disk (dmesg, SMART): a journal is not damaged by crashes or loss of power.
3. With a backup: put it in place of the journal, and delete {name}-wal and {name}-shm. What came
   after it is to be had from the damaged copy, or from its senders.
4. Without one: save what can be read, with the sqlite3 of https://sqlite.org/download.html (that of
   Debian has no .recover): sqlite3 {name} .recover | sqlite3 new.db
   then check it: gateway journal verify new.db; and put it in place of the journal, as in 3.
5. Start the gateway. Its routes go on from the positions that the file has; consumers deduplicate.
"""


@click.group(epilog="Example: gateway journal verify")
def journal() -> None:
    """Look after the journal's file."""


@journal.command(epilog="Example: gateway journal verify backup.db")
@configuration
@click.argument("file", required=False,
                type=click.Path(exists=True, dir_okay=False, path_type=Path))  # fmt: skip
def verify(path: Path, file: Path | None) -> None:
    """Check the journal, or FILE, a backup: its structure, and that no event is missing.

    Also while the gateway runs. Exit code 1 when something is wrong; of the journal, what to do.
    """
    with journal_errors():
        checked = configured(path).journal.path if file is None else file
        faults = _faults(checked)
    for fault in faults:
        click.echo(fault)
    if faults:
        click.echo(f"gateway: journal {checked} is damaged", err=True)
        if file is None:
            click.echo(_ADVICE.format(name=checked.name), err=True)
        sys.exit(1)
    click.echo(f"{checked}: ok")


def _faults(path: Path) -> list[str]:
    try:
        require(path)
        with progress("structure"):
            faults = care.structure(path)
        with progress("events") as step:
            return faults or list(care.contents(path, step))
    except DamagedJournalError as error:
        return [str(error.__cause__)]


@journal.command(epilog="Example: gateway journal backup /var/backups/journal.db")
@configuration
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(path: Path, file: Path) -> None:
    """Copy the journal as it is now to FILE, which must not be there; also while the gateway runs.

    To restore it, stop the gateway, put FILE in the journal's place, and delete the files beside it
    whose names end in -wal and -shm.
    """
    with journal_errors(), progress("copying") as step:
        copied = care.copy(part(path).journal.path, file, step)
    click.echo(f"{file}: {size(copied)}")


@journal.command(epilog="Example: gateway journal compact")
@configuration
def compact(path: Path) -> None:
    """Give the space of deleted events back to the file system. The gateway must not run.

    That space is used again in any case; needed only where the disk is to have it back.
    """
    kept = part(path).journal.path
    with journal_errors(), progress("compacting"):
        sizes = care.compact(kept)
    click.echo(f"{kept}: {size(sizes.before)} before, {size(sizes.after)} after")
