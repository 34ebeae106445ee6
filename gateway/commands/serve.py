"""`gateway serve`: check everything that can be checked, then run until a signal."""

import gc
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final

import click

from gateway.commands import demo
from gateway.commands.options import configuration, fail
from gateway.observe.shared import VARIABLE, shared_folder
from gateway.processes.forking import fork_server

if TYPE_CHECKING:
    from gateway.settings import Settings

_STDERR: Final = 2


@click.command(epilog="Example: gateway serve -c gateway.yaml")
@configuration
@click.option("--demo", "as_demo", is_flag=True, help="A gateway to try, in var/demo.")
def serve(path: Path, *, as_demo: bool) -> None:
    """Receive callbacks until SIGTERM."""
    _fill_standard_streams()
    with ExitStack() as stack:
        # one that comes before the supervisor can read the configuration again waits until then
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        stack.callback(signal.pthread_sigmask, signal.SIG_UNBLOCK, {signal.SIGHUP})
        gc.disable()  # until the gateway has settled
        stack.callback(gc.enable)
        try:
            folder = stack.enter_context(shared_folder(Path(tempfile.gettempdir())))
            os.environ[VARIABLE] = str(folder)  # which the fork server inherits
            stack.callback(os.environ.pop, VARIABLE)
            stack.enter_context(fork_server(folder))
        except OSError as error:
            fail(f"cannot make what the gateway's processes share: {error}")
        _serve(path, as_demo=as_demo)


def _serve(path: Path, *, as_demo: bool) -> None:
    # imported while the fork server imports
    import asyncio

    from gateway.commands.reading import read, settings

    if as_demo:
        path = demo.prepare()
    found = settings(path)
    for warning in found.warnings:
        click.echo(f"warning: {warning}", err=True)
    from gateway.app import StartError, serve_forever

    def ready(address: str) -> None:
        click.echo(f"ready: callbacks on {'https' if found.server.tls else 'http'}://{address}")
        if as_demo:
            click.echo(_demo(found, address))

    try:
        asyncio.run(serve_forever(found, ready, reread=partial(read, path)))
    except StartError as error:
        fail(str(error))


def _fill_standard_streams() -> None:
    """Of one that was closed another file would take the place, and be written to."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(number)


def _demo(found: "Settings", address: str) -> str:
    return demo.instructions(demo.FOLDER, address, str(found.admin.listen), _command())


def _command() -> str:
    """How this very command was called, for copying."""
    called = sys.argv[0]
    if called.endswith("__main__.py"):
        return f"{quote(sys.executable)} -m gateway"
    return quote(called) if "/" in called else "gateway"
