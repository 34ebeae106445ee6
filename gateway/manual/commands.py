"""The commands → what each says of itself with `--help`."""

from collections.abc import Iterator
from typing import Final

import click

_WIDTH: Final = 100


def commands(root: click.Command) -> Iterator[str]:
    """A heading and its help for every command that is no group, in the order of their names."""
    for path, command in sorted(leaves(root, ())):
        context = click.Context(command, info_name=" ".join(("gateway", *path)))
        context.terminal_width = _WIDTH
        text = command.get_help(context).strip()
        yield from (f"### gateway {' '.join(path)}", "", "```text", text, "```", "")


def leaves(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that is no group, with its words."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name, child in command.commands.items():
        yield from leaves(child, (*path, name))
