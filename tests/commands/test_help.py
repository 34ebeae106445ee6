"""Every command says what it does, with an example that could be typed."""

import shlex
from collections.abc import Iterator

import click
import pytest

from gateway.cli import main
from tests.commands.conftest import Run


def commands(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command and all below it, each with its words."""
    yield path, command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from commands(child, (*path, name))


EVERY = dict(commands(main))
each = pytest.mark.parametrize("path", EVERY, ids=" ".join)


def test_there_are_commands() -> None:
    """Those that users rely on."""
    assert set(EVERY) >= {
        *(("serve",), ("init",), ("check",), ("config", "schema"), ("doctor",), ("completion",)),
        *(("send",), ("sign-user-data",), ("schemas", "list"), ("schemas", "show")),
        *(("events", name) for name in ("list", "show", "tail", "replay")),
        *(("quarantine", name) for name in ("list", "show", "retry", "discard")),
        *(("routes", "list"), ("routes", "rewind")),
        *(("journal", name) for name in ("verify", "backup", "compact")),
    }


def test_every_command_that_lists_has_json() -> None:
    lists = [path for path in EVERY if path[-1:] in (("list",), ("tail",), ("doctor",), ("check",))]
    assert len(lists) >= 7
    without = [
        path for path in lists if not any("--json" in option.opts for option in EVERY[path].params)
    ]
    assert without == []


@each
def test_help_has_an_example(run: Run, path: tuple[str, ...]) -> None:
    """An example that begins with the command and uses only what the command has."""
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert result.stderr == ""
    _, found, example = result.stdout.partition("Example:")
    assert found, result.stdout
    words = shlex.split(example.partition("|")[0].partition(">")[0])
    assert words[: len(path) + 1] == ["gateway", *path]
    if not isinstance(EVERY[path], click.Group):
        known = {name for option in EVERY[path].params for name in option.opts}
        assert {word for word in words if word.startswith("-")} <= known


@each
def test_an_unknown_option_is_a_mistake_of_use(run: Run, path: tuple[str, ...]) -> None:
    """Exit code 2, and not a word on stdout."""
    result = run(*path, "--nonsense")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "No such option" in result.stderr


def test_it_tells_its_version(run: Run) -> None:
    """For bug reports."""
    result = run("--version")
    assert result.exit_code == 0
    assert "gateway, version " in result.stdout
