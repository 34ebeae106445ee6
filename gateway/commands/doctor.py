"""`gateway doctor`: look at everything that has to be right, and say what to do where it is not."""

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from time import time
from typing import Final

import click
import orjson

from gateway.commands import names
from gateway.commands.moment import moment
from gateway.commands.options import as_json, configuration
from gateway.commands.output import print_rows
from gateway.commands.reading import read
from gateway.core.networks import address
from gateway.doctor.finding import Finding, State, fail, ok
from gateway.doctor.saved import NotARequestError, saved
from gateway.journal import tenant
from gateway.settings import Settings, SettingsError

_EXIT: Final = {State.OK: 0, State.WARN: 0, State.FAIL: 1}
_UNUSABLE: Final = 2
"""The exit code where the configuration cannot be used."""


def _address(_context: click.Context, _option: click.Parameter, text: str) -> str:
    try:
        return str(address(text)) if text else ""
    except ValueError as error:
        raise click.BadParameter("this is no IP address") from error


@click.command(epilog="Example: gateway doctor --request callback.http --source media")
@configuration
@click.option(
    "--request",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Explain the checks on this request instead, saved as HTTP.",
)
@click.option(
    "--source", shell_complete=names.sources, help="The source that the request was sent to."
)
@click.option("--at", type=moment, help="When it was received, a time or an age; now if absent.")
@click.option(
    "--peer",
    default="",
    callback=_address,
    help="The address it came from: of the sender, or of a proxy (server.trusted_proxies).",
)
@as_json
def doctor(
    path: Path, file: Path | None, source: str | None, at: str | None, *, peer: str, plain: bool
) -> None:
    """Look at configuration, secrets, journal, Kafka and machine; say what to do.

    Exit code 0 when all is well or only to be warned of, 1 when something fails, 2 when the
    configuration cannot be used. Changes nothing.
    """
    if (file is None) != (source is None):
        raise click.UsageError("--request and --source need each other")
    try:
        settings = read(path)
    except SettingsError as error:
        _print([_mistake(line) for line in str(error).splitlines()], plain=plain)
        sys.exit(_UNUSABLE)
    if file is None or source is None:
        found = _print(_looked(path, settings), plain=plain)
    else:
        found = _print(_explained(file, source, settings, at=at, peer=peer), plain=plain)
    sys.exit(max(_EXIT[finding.state] for finding in found))


def _mistake(line: str) -> Finding:
    return fail("configuration", line, "mend it; `gateway check` looks again")


def _looked(path: Path, settings: Settings) -> Iterator[Finding]:
    # here, because every other command starts faster without Kafka's client
    from gateway.doctor import machine
    from gateway.doctor.cluster import cluster
    from gateway.doctor.journal import journal
    from gateway.doctor.proxy import proxy
    from gateway.doctor.secrets import secrets

    yield ok("configuration", f"{path}: {len(settings.sources)} source(s)")
    yield from secrets(settings)
    yield from journal(settings.journal)
    yield machine.clock(time(), (path, settings.journal.path))
    yield machine.open_files(tenant(settings.journal.path))
    yield from machine.ports(settings)
    yield from proxy(settings)
    yield from cluster(settings)


def _explained(
    file: Path, source: str, settings: Settings, *, at: str | None, peer: str
) -> Iterator[Finding]:
    from gateway.doctor.request import explained, received

    if source not in settings.sources:
        raise click.UsageError(f"no source {source}; there are {', '.join(settings.sources)}")
    when = datetime.fromisoformat(at).timestamp() if at else time()
    try:
        callback = received(saved(file.read_bytes()), source, time=when, peer=peer)
    except NotARequestError as error:
        raise click.UsageError(f"{file} {error}") from error
    return explained(callback, settings)


def _print(findings: Iterable[Finding], *, plain: bool) -> list[Finding]:
    """Prints each, and returns them."""
    found = list(findings)
    if plain:
        for finding in found:
            click.echo(orjson.dumps(finding._asdict()).decode())
    else:
        print_rows(("state", "what", "found", "what to do"), (_row(each) for each in found))
    return found


def _row(finding: Finding) -> tuple[str, ...]:
    return tuple(filter(None, (finding.state.value, finding.what, finding.found, finding.advice)))
