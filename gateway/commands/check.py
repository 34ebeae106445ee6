"""`gateway check` and `gateway config schema`: about the configuration file."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from gateway.commands.options import as_json, configuration, without_configuration
from gateway.commands.reading import read, settings
from gateway.settings import SettingsError, config_schema


@click.command(epilog="Example: gateway check -c gateway.yaml")
@configuration
@as_json
def check(path: Path, *, plain: bool) -> None:
    """Check the configuration and everything it refers to; print every mistake.

    Exit code 2 where there is one; a warning is none.
    """
    if plain:
        found = list(_found(path))
        for each in found:
            click.echo(orjson.dumps(each))
        sys.exit(2 if any(each["level"] == "error" for each in found) else 0)
    checked = settings(path)
    for warning in checked.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"{path}: ok: {len(checked.sources)} source(s), {len(checked.routes)} route(s)")


def _found(path: Path) -> Iterator[dict[str, str]]:
    try:
        warnings = read(path).warnings
    except SettingsError as error:
        for one in error.mistakes:
            yield {"level": "error", "where": one.where, "path": one.path, "message": one.message}
    else:
        for warning in warnings:
            place, _, message = warning.partition(": ")
            yield {"level": "warning", "where": str(path), "path": place, "message": message}


@click.group(epilog="Example: gateway config schema")
def config() -> None:
    """About the configuration file."""


@config.command(epilog="Example: gateway config schema > gateway.schema.json")
@without_configuration
def schema() -> None:
    """Print a JSON Schema of gateway.yaml, for editors."""
    click.echo(orjson.dumps(config_schema(), option=orjson.OPT_INDENT_2).decode())
