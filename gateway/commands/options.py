"""What commands share: the options of several, and how they end.

Exit codes: 0 done, 1 failed, 2 usage or configuration.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import click

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


def confirmed(command: F) -> F:
    """The `--yes` flag."""
    text = "Do not ask. Without a terminal nothing is asked."
    return click.option("--yes", is_flag=True, help=text)(command)


def ask(question: str, *, yes: bool) -> None:
    """On a terminal, go on only when a person says so, else exit code 1; with `--yes`, and where
    there is nobody to ask, at once."""
    if not yes and sys.stdin.isatty():
        click.confirm(question, abort=True, err=True)


def fail(message: str) -> NoReturn:
    """End the command: it could not do its work."""
    click.echo(f"gateway: {message}", err=True)
    sys.exit(1)
