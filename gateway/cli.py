"""`gateway`: one command for everything. Each family of commands is a file in `commands/`."""

import io
import sys
from collections.abc import Iterator, Mapping
from pkgutil import resolve_name
from typing import Final

import click

_WHERE: Final = {
    "check": "check:check",
    "completion": "completion:completion",
    "config": "check:config",
    "doctor": "doctor:doctor",
    "events": "replay:events",  # with `events replay`
    "init": "init:init",
    "journal": "journal:journal",
    "quarantine": "quarantine:quarantine",
    "routes": "routes:routes",
    "schemas": "schemas:schemas",
    "send": "send:send",
    "serve": "serve:serve",
    "sign-user-data": "sign:sign",
}


class _Commands(Mapping[str, click.Command]):
    """Each is imported when it is asked for: one command does not wait for what others need."""

    def __getitem__(self, name: str) -> click.Command:
        command: click.Command = resolve_name(f"gateway.commands.{_WHERE[name]}")
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_WHERE)

    def __len__(self) -> int:
        return len(_WHERE)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: gateway serve --demo",
)
@click.version_option(package_name="callback-gateway")
def main() -> None:
    """Receive job and workflow callbacks, keep them durably, publish them to Kafka."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # what it cannot spell is no reason to end
        sys.stdout.reconfigure(errors="backslashreplace")


main.commands = _Commands()  # type: ignore[assignment]  # click only reads it
