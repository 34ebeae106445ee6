"""What commands read: the configuration and the journal; what is wrong with either ends them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from gateway.commands.options import fail
from gateway.core.errors import Busy
from gateway.journal import JournalError, Reader, require
from gateway.providers import providers
from gateway.settings import Part, Settings, SettingsError, load, load_part


def read(path: Path) -> Settings:
    """The configuration. Raises SettingsError with every mistake in it."""
    return load(path, os.environ, providers=providers())


def settings(path: Path) -> Settings:
    """The configuration, or every mistake in it on stderr and exit code 2."""
    with _mistakes():
        return read(path)


def configured(path: Path) -> Part:
    """What of the configuration is about the journal; no secret is read."""
    with _mistakes():
        return load_part(path)


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


@contextmanager
def _mistakes() -> Iterator[None]:
    """Those of the configuration end the command."""
    try:
        yield
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
