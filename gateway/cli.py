"""`gateway`: one command for everything. Each family of commands is a file in `commands/`."""

import click

from gateway.commands.check import check, config
from gateway.commands.completion import completion
from gateway.commands.doctor import doctor
from gateway.commands.events import events
from gateway.commands.init import init
from gateway.commands.journal import journal
from gateway.commands.quarantine import quarantine
from gateway.commands.replay import replay
from gateway.commands.routes import routes
from gateway.commands.schemas import schemas
from gateway.commands.send import send
from gateway.commands.serve import serve
from gateway.commands.sign import sign


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: gateway serve --demo",
)
@click.version_option(package_name="callback-gateway")
def main() -> None:
    """Receive job and workflow callbacks, keep them durably, publish them to Kafka."""


events.add_command(replay)
for command in (
    *(serve, init, check, config, doctor, completion),
    *(send, sign, events, quarantine, routes, journal, schemas),
):
    main.add_command(command)
