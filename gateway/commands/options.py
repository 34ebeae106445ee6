"""What commands share: the configuration option, and how they end.

Exit codes: 0 done, 1 failed, 2 usage or configuration.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from gateway.core.errors import Busy
from gateway.journal import JournalError, Reader, require
from gateway.providers import providers
from gateway.settings import Part, Settings, SettingsError, load, load_part

F = TypeVar("F", bound=Callable[..., object])


def configuration(command: F) -> F:
    """The `-c FILE` option."""
    return click.option(
        "-c",
        "--config",
        "path",
        type=click.Path(path_type=Path),
        default="gateway.yaml",
        show_default=True,
        help="The configuration file.",
    )(command)


def as_json(command: F) -> F:
    """The `--json` flag."""
    return click.option("--json", "plain", is_flag=True, help="One JSON object per line.")(command)


def without_configuration(command: F) -> F:
    """Takes `-c FILE`, as all commands do, and needs none."""
    return click.option("-c", "--config", expose_value=False, hidden=True)(command)


def read(path: Path) -> Settings:
    """The configuration. Raises SettingsError with every mistake in it."""
    return load(path, os.environ, providers=providers())


def settings(path: Path) -> Settings:
    """The configuration, or every mistake in it on stderr and exit code 2."""
    try:
        return read(path)
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def confirmed(command: F) -> F:
    """The `--yes` flag."""
    return click.option("--yes", is_flag=True, help="Do not ask.")(command)


def ask(question: str, *, yes: bool) -> None:
    """On a terminal, go on only when a person says so, else exit code 1; with `--yes`, and where
    there is nobody to ask, at once."""
    if not yes and sys.stdin.isatty():
        click.confirm(question, abort=True, err=True)


def configured(path: Path) -> Part:
    """What of the configuration is about the journal; no secret is read."""
    try:
        return load_part(path)
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def part(path: Path) -> Part:
    """As `configured`; the journal must be there."""
    found = configured(path)
    with journal_errors():
        require(found.journal.path)
    return found


@contextmanager
def journal(path: Path) -> Iterator[Reader]:
    """The journal of a configuration; what is wrong with it ends the command."""
    with journal_errors(), Reader(part(path).journal.path) as reader:
        yield reader


@contextmanager
def journal_errors() -> Iterator[None]:
    """A journal that does not answer, or is full, ends the command."""
    try:
        yield
    except (JournalError, Busy) as error:
        fail(str(error))


def fail(message: str) -> NoReturn:
    """End the command: it could not do its work."""
    click.echo(f"gateway: {message}", err=True)
    sys.exit(1)
