"""`gateway sign-user-data`: what a submitter gives its job to carry, for the check `user_data`."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import orjson

from gateway.commands.options import as_json
from gateway.settings.secret import resolve
from gateway.settings.values import Surroundings, seconds
from gateway.user_data import LONGEST, SigningError, sign_user_data


@click.command(
    "sign-user-data",
    epilog="Example: gateway sign-user-data order-42 --secret env:CI_USER_DATA --expires 7d",
)
@click.argument("value")
@click.option(
    "--secret",
    "reference",
    required=True,
    metavar="env:NAME|file:PATH",
    help="The newest secret of the check user_data.",
)
@click.option(
    "--expires",
    required=True,
    metavar="DURATION",
    help="How long from now a callback may carry it, such as 12h or 7d.",
)
@click.option(
    "--longest",
    default=LONGEST,
    show_default=True,
    type=click.IntRange(1),
    help="Characters that the vendor carries; 512 in a moderation's DataId.",
)
@as_json
def sign(value: str, reference: str, expires: str, longest: int, *, plain: bool) -> None:
    """Sign VALUE, to be given to a job as its UserData (or to a moderation as its DataId)."""
    try:
        secret = resolve(reference, Surroundings(os.environ, Path.cwd()))
        until = datetime.now(UTC) + timedelta(seconds=seconds(expires))
        signed = sign_user_data(value, secret=secret.value, expires=until, longest=longest)
    except (ValueError, OverflowError, SigningError) as error:
        raise click.UsageError(str(error)) from error
    if plain:
        made = {"user_data": signed, "expires": until.isoformat(timespec="seconds")}
        signed = orjson.dumps(made).decode()
    click.echo(signed)
