"""`gateway serve --demo`: what it prints can be pasted as it stands."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.core.model import Document
from tests.broker.kafka import free_port
from tests.broker.waiting import until

SCRIPT = (str(Path(sys.executable).with_name("gateway")),)
MODULE = (sys.executable, "-m", "gateway")
RECEIVED = ("id", "receivedtime")


@contextmanager
def demo(command: tuple[str, ...], folder: Path) -> Iterator[Path]:
    """Runs it in `folder`; gives the file it prints to, once it is ready."""
    output = folder / "output"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [*command, "serve", "--demo"], cwd=folder, stdout=stream, stderr=stream
        )
    try:
        until(lambda: b"browser" in output.read_bytes() or process.poll() is not None, within=60)
        yield output
    finally:
        process.terminate()
        assert process.wait(60) in (0, 1)


@contextmanager
def ready(command: tuple[str, ...], folder: Path) -> Iterator[list[str]]:
    """The commands that it prints, while it runs; on other ports where its own are taken."""
    configuration = folder / "var/demo/gateway.yaml"
    with demo(command, folder) as output:
        assert configuration.exists()
        if "cannot listen" not in output.read_text():
            yield re.findall(r"^  (\S.*)$", output.read_text(), re.MULTILINE)
            return
    other = re.sub(
        r"127.0.0.1:\d+", lambda _: f"127.0.0.1:{free_port()}", configuration.read_text()
    )
    configuration.write_text(other)
    with demo(command, folder) as output:
        yield re.findall(r"^  (\S.*)$", output.read_text(), re.MULTILINE)


def shell(line: str, folder: Path) -> str:
    """What a line prints that is pasted into a shell."""
    return subprocess.run(
        ["/bin/sh", "-c", line], cwd=folder, check=True, capture_output=True, text=True, timeout=60
    ).stdout


def tailed(line: str, folder: Path) -> Document:
    """The first event that a following command prints."""
    with subprocess.Popen(
        ["/bin/sh", "-c", f"exec {line} --json"], cwd=folder, stdout=subprocess.PIPE
    ) as tail:
        assert tail.stdout is not None
        event: Document = json.loads(tail.stdout.readline())
        tail.send_signal(signal.SIGINT)
    assert tail.returncode == 0
    return event


@pytest.mark.parametrize("command", [SCRIPT, MODULE], ids=["script", "module"])
def test_what_the_demo_prints_can_be_pasted(tmp_path: Path, command: tuple[str, ...]) -> None:
    """In an empty folder: post with curl and with `send`, then see the event, and the page."""
    with ready(command, tmp_path) as lines:
        curl, send, tail = lines
        told = json.loads(shell(curl, tmp_path))
        assert told["status"] == "accepted"
        (event,) = told["events"]
        assert f" 200 duplicate {event}\n" in shell(send, tmp_path)
        found = tailed(tail, tmp_path)
        assert found["id"] == event
        assert found["data"]["outcome"] == "success"
        listed = tail.replace(" events tail ", " events list ")
        assert event in shell(listed, tmp_path)
        token = tmp_path / "var/demo/token"
        assert token.stat().st_mode & 0o777 == 0o600
        assert token.read_text() in curl
        page = re.search(r"http://\S+/$", (tmp_path / "output").read_text(), re.MULTILINE)
        assert page is not None
        assert event in shell(f"curl -sSL {page[0]}", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"output", "var"}
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["demo"]
