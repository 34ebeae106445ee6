"""What commands share: the configuration option, and how they end.

Exit codes: 0 done, 1 failed, 2 usage or configuration.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from gateway.providers import providers
from gateway.settings import Settings, SettingsError, load

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


def settings(path: Path) -> Settings:
    """The configuration, or every mistake in it on stderr and exit code 2."""
    try:
        return load(path, os.environ, providers=providers())
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def fail(message: str) -> NoReturn:
    """End the command: it could not do its work."""
    click.echo(f"gateway: {message}", err=True)
    sys.exit(1)
