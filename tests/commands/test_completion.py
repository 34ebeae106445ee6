"""Shells complete commands, options and the names of the configuration and the journal."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.commands.conftest import Run, Served
from tests.e2e.fixtures import NewGateway, publishing

BASH = """
eval "$(gateway completion bash)"
COMP_WORDS=({}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_gateway_completion gateway
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
compdef() {{ }}
_describe() {{ print -l -- ${{(P)3}} }}
compadd() {{ print -l -- $completions }}
eval "$(gateway completion zsh)"
words=({}); CURRENT=${{#words}}
_gateway_completion
"""
FISH = """
gateway completion fish | source
complete -C "{}"
"""
ASKED = {
    "bash": (("--norc", "-c"), BASH),
    "zsh": (("-f", "-c"), ZSH),  # without its line editor, whose two functions only print
    "fish": (("--no-config", "-c"), FISH),
}


def completed(shell: str, line: str, folder: Path) -> list[str]:
    """What the shell offers at the end of a line; of descriptions nothing."""
    options, script = ASKED[shell]
    done = subprocess.run(
        [shell, *options, script.format(line)],
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [text.partition(":")[0].partition("\t")[0] for text in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", ASKED)
def test_a_real_shell_completes_commands_and_routes(shell: str, new_gateway: NewGateway) -> None:
    """With the script that `gateway completion` prints, and nothing else."""
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    gateway = new_gateway(publishing("127.0.0.1:9", "ci.jobs", "ci.failures"))
    gateway.write()
    assert completed(shell, "gateway ro", gateway.folder) == ["routes"]
    assert completed(shell, "gateway routes rewind ci.j", gateway.folder) == ["ci.jobs"]


def offered(run: Run, monkeypatch: pytest.MonkeyPatch, words: Sequence[object]) -> dict[str, str]:
    """What `gateway` answers a shell (zsh's form): each name, and what it is."""
    line = " ".join(map(str, ("gateway", *words)))
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    monkeypatch.setenv("_GATEWAY_COMPLETE", "zsh_complete")
    told = run().stdout.splitlines()
    return dict(zip(told[1::3], told[2::3], strict=True))


def test_names_come_from_the_configuration_and_the_journal(
    run: Run, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ids with what they are."""
    config = ("-c", served.gateway.configuration)
    shown = offered(run, monkeypatch, ("events", "show", *config, served.ids[0][:8]))
    assert list(shown) == [served.ids[0]]
    assert "job.finished" in shown[served.ids[0]]
    sources = offered(run, monkeypatch, ("quarantine", "list", *config, "--source", "me"))
    assert sources == {"media": "source"}
    (kept,) = offered(run, monkeypatch, ("quarantine", "show", *config, "")).values()
    assert "malformed_xml" in kept
    assert "Transcode" in offered(run, monkeypatch, ("schemas", "show", "Transc"))


def test_what_cannot_be_read_offers_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a word of trouble on somebody's prompt."""
    broken = tmp_path / "gateway.yaml"
    broken.write_text("sources: [")
    for config in (broken, tmp_path / "absent.yaml"):
        for words in (("routes", "rewind"), ("events", "show"), ("quarantine", "list", "--source")):
            assert offered(run, monkeypatch, (*words, "-c", config, "")) == {}
