"""`gateway`: one command for everything. Each family of commands is a file in `commands/`."""

from pathlib import Path

import click
import orjson

from gateway.commands.doctor import doctor
from gateway.commands.events import events
from gateway.commands.journal import journal
from gateway.commands.options import configuration, settings
from gateway.commands.quarantine import quarantine
from gateway.commands.replay import replay
from gateway.commands.routes import routes
from gateway.commands.schemas import schemas
from gateway.commands.send import send
from gateway.commands.serve import serve
from gateway.commands.sign import sign
from gateway.settings import config_schema


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: gateway serve --demo",
)
@click.version_option(package_name="callback-gateway")
def main() -> None:
    """Receive job and workflow callbacks, keep them durably, publish them to Kafka."""


@main.command(epilog="Example: gateway check -c gateway.yaml")
@configuration
def check(path: Path) -> None:
    """Check the configuration and everything it refers to; print every mistake."""
    found = settings(path)
    for warning in found.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"{path}: ok: {len(found.sources)} source(s), {len(found.routes)} route(s)")


@main.group(epilog="Example: gateway config schema")
def config() -> None:
    """About the configuration file."""


@config.command(epilog="Example: gateway config schema > gateway.schema.json")
def schema() -> None:
    """Print a JSON Schema of gateway.yaml, for editors."""
    click.echo(orjson.dumps(config_schema(), option=orjson.OPT_INDENT_2).decode())


events.add_command(replay)
for command in (serve, doctor, send, events, quarantine, routes, journal, schemas, sign):
    main.add_command(command)
