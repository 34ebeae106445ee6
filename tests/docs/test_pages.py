"""The pages for users do what they say: their commands run, their links lead somewhere."""

import os
import re
import shlex
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import click
import pytest

from gateway.cli import main
from tests.broker.kafka import Broker, free_port
from tests.docs.pages import PAGES, ROOT, blocks, prose, script

TO_RUN = [page for page in PAGES if script(page)]
KAFKA = "localhost:9092"
WITHOUT_KAFKA = [page for page in TO_RUN if KAFKA not in script(page)]
WITH_KAFKA = [page for page in TO_RUN if KAFKA in script(page)]


def stem(page: Path) -> str:
    """Of a page, in a test's name."""
    return page.stem


def pasted(page: Path, folder: Path, *, instead: Mapping[str, str]) -> None:
    """Paste all its commands into one shell, in an empty folder, on ports of this test's own."""
    text = script(page)
    for word, other in {"8080": str(free_port()), "9090": str(free_port()), **instead}.items():
        text = text.replace(word, other)
    shell = folder / "script"
    shell.write_text(
        f"trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\nset -exuo pipefail\n{text}"
    )
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    # As installed: with bytecode, which halves the time to start.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with (folder / "printed").open("wb") as printed:
        process = subprocess.Popen(
            ["bash", shell],
            cwd=folder,
            env={**inherited, "PATH": path, "TMPDIR": str(folder)},
            stdout=printed,
            stderr=printed,
            start_new_session=True,
        )
    try:
        ended = process.wait(300)
    finally:
        with suppress(ProcessLookupError):  # what it has started, and did not end
            os.killpg(process.pid, signal.SIGKILL)
    assert ended == 0, (folder / "printed").read_text()


@pytest.mark.parametrize("page", WITHOUT_KAFKA, ids=stem)
def test_the_commands_of_a_page_can_be_pasted(page: Path, tmp_path: Path) -> None:
    pasted(page, tmp_path, instead={})


@pytest.mark.kafka
@pytest.mark.parametrize("page", WITH_KAFKA, ids=stem)
def test_the_commands_of_a_page_with_kafka_can_be_pasted(
    page: Path, tmp_path: Path, kafka: Broker
) -> None:
    topic = f"pages-{uuid.uuid4().hex[:8]}"
    for name in (topic, f"{topic}.dead-letter"):
        kafka.create_topic(name)
    pasted(page, tmp_path, instead={KAFKA: kafka.bootstrap, "ci.events": topic})


def called(page: Path) -> Iterator[list[str]]:
    """The words after `gateway` of every command on a page."""
    for block in blocks(page):
        for line in block.replace("\\\n", " ").splitlines():
            command = re.match(r" *gateway (.*?)(?:[|>&#].*)?$", line.split(" 2> ")[0])
            if command:
                yield shlex.split(re.sub(r"\$\([^)]*\)", "x", command[1]))


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=stem)
def test_every_command_on_a_page_is_one(page: Path) -> None:
    """With options that it has."""
    for words in called(page):
        command: click.Command = main
        names = iter(words)
        while isinstance(command, click.Group):
            command = command.commands[next(names)]
        known = {name for option in command.params for name in option.opts}
        assert {word for word in names if word.startswith("-")} - known == set(), words


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=stem)
def test_every_link_on_a_page_leads_somewhere(page: Path) -> None:
    """To a file, and where a heading is named, to one that is there."""
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        name, _, heading = link.partition("#")
        if name.startswith("http"):
            continue
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (heading and heading not in anchors(target)):
            lost.append(link)
    assert lost == []


def anchors(page: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}
