"""`gateway completion`: the script with which a shell completes commands, options and names.

click makes it; the shell then asks `gateway` itself at each Tab.
"""

from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

_SHELLS: Final[dict[str, type[ShellComplete]]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
}


@click.command(epilog="Example: gateway completion fish > gateway.fish")
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that makes SHELL complete commands, options and names.

    For this shell only: source <(gateway completion bash), or in fish: gateway completion fish |
    source. For all of them: into ~/.local/share/bash-completion/completions/gateway, into _gateway
    in a folder of zsh's fpath, or into ~/.config/fish/completions/gateway.fish.
    """
    made = _SHELLS[shell](context.find_root().command, {}, "gateway", "_GATEWAY_COMPLETE")
    click.echo(made.source())
