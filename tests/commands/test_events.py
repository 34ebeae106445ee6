"""`gateway events`: the journal is read while the gateway runs."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import Result

from gateway.core.model import Document
from gateway.journal import Writer
from tests.commands.conftest import BODIES, Run, Served
from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import Gateway, callback
from tests.sources import entry


def parsed(result: Result) -> list[Document]:
    """The JSON objects that a command printed, one on each line."""
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


@contextmanager
def process(gateway: Gateway, *words: str, stdout: int) -> Iterator[subprocess.Popen[bytes]]:
    """`gateway events …` in a process of its own, which does not outlive the block."""
    started = subprocess.Popen(
        [sys.executable, "-m", "gateway", "events", *words, "-c", gateway.configuration],
        env=gateway.environ,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def keep(gateway: Gateway, *keys: str) -> None:
    """Put events of these subjects into the journal of a gateway that does not run."""
    with Writer(gateway.journal, max_size=1 << 20) as journal:
        journal.append([entry(callback(key)) for key in keys])


def test_list_prints_one_line_for_each_event_oldest_first(run: Run, served: Served) -> None:
    """Id, time, source, type, Tag, outcome and subject."""
    result = run("events", "list", "-c", served.gateway.configuration)
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == served.ids
    assert [row[2:] for row in rows[:2]] == [
        ["media", "ci.job.finished", "Transcode", "success", "j1"],
        ["media", "ci.job.finished", "Transcode", "failure", "j2"],
    ]


def test_list_json_prints_the_cloudevents(run: Run, served: Served) -> None:
    """One object on each line."""
    events = parsed(run("events", "list", "--json", "-c", served.gateway.configuration))
    assert [event["id"] for event in events] == served.ids
    assert {event["specversion"] for event in events} == {"1.0"}


def test_list_limit_takes_the_newest(run: Run, served: Served) -> None:
    """Still oldest first."""
    found = parsed(
        run("events", "list", "--json", "--limit", 2, "-c", served.gateway.configuration)
    )
    assert [event["id"] for event in found] == served.ids[-2:]


def test_list_limit_must_be_a_number_above_0(run: Run, served: Served) -> None:
    """A mistake of use."""
    for limit in ("0", "-1", "all"):
        assert run("events", "list", f"--limit={limit}").exit_code == 2


def test_show_prints_one_event(run: Run, served: Served) -> None:
    """Indented, for people; the same as in the list."""
    configuration = served.gateway.configuration
    result = run("events", "show", served.ids[1], "-c", configuration)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (
        json.loads(result.stdout) == parsed(run("events", "list", "--json", "-c", configuration))[1]
    )
    assert result.stdout.count("\n") > 10


def test_show_raw_prints_the_exact_bytes_received(run: Run, served: Served) -> None:
    """Not a byte more."""
    result = run("events", "show", served.ids[1], "--raw", "-c", served.gateway.configuration)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout_bytes == BODIES[2]


@pytest.mark.parametrize("unknown", ["0" * 32, "", "nonsense", "é"])
def test_show_of_an_unknown_event_fails(run: Run, served: Served, unknown: str) -> None:
    """Exit code 1 and one line on stderr."""
    result = run("events", "show", unknown, "-c", served.gateway.configuration)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"gateway: no event {unknown} in the journal\n"


def test_tail_follows_until_interrupted(served: Served) -> None:
    """The newest first, then what arrives; Ctrl-C is an orderly end."""
    words = ("tail", "--json", "--limit", "1")
    with process(served.gateway, *words, stdout=subprocess.PIPE) as tail:
        assert tail.stdout is not None
        assert json.loads(tail.stdout.readline())["id"] == served.ids[-1]
        for number in (1, 2):
            (event,) = served.gateway.post(callback("tailed", number)).document["events"]
            served.ids.append(event)
            assert json.loads(tail.stdout.readline())["id"] == event
        tail.send_signal(signal.SIGINT)
        rest, errors = tail.communicate(timeout=60)
        assert (tail.returncode, rest, errors) == (0, b"", b"")


def test_without_a_journal_that_can_be_read_it_fails(run: Run, new_gateway: NewGateway) -> None:
    """Exit code 1 and one line that names the file."""
    gateway = new_gateway()
    gateway.write()
    gateway.journal.write_bytes(b"something else " * 1000)
    for words in (("list",), ("show", "0" * 32), ("tail",)):
        result = run("events", *words, "-c", gateway.configuration)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith(f"gateway: journal {gateway.journal}: ")
        assert result.stderr.count("\n") == 1


def test_a_journal_that_breaks_off_fails(run: Run, new_gateway: NewGateway) -> None:
    """Found while reading: still exit code 1 and one line, no traceback."""
    gateway = new_gateway()
    gateway.write()
    keep(gateway, *(f"j{number}" for number in range(50)))
    content = gateway.journal.read_bytes()
    gateway.journal.write_bytes(content[: 1 << 14] + b"\xff" * (len(content) - (1 << 14)))
    result = run("events", "list", "-c", gateway.configuration)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"gateway: journal {gateway.journal}: ")
    assert result.stderr.count("\n") == 1


def test_strange_subjects_harm_neither_terminals_nor_lines(
    run: Run, new_gateway: NewGateway
) -> None:
    """Markup in them is text, and no control character is printed: whoever sends is a stranger."""
    gateway = new_gateway()
    gateway.write()
    keep(gateway, "[/]")
    ours, theirs = pty.openpty()
    with process(gateway, "list", stdout=theirs) as listed:
        _, errors = listed.communicate(timeout=60)
    assert (listed.returncode, errors) == (0, b"")
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    os.close(theirs)
    assert "[/]" in shown
    keep(gateway, "j\nj", "j\x1b[2J", "j\u202ej", "j\rj")
    result = run("events", "list", "-c", gateway.configuration)
    lines = result.stdout.removesuffix("\n").split("\n")
    assert [line for line in lines if not line.isprintable()] == []
    assert len(lines) == 5
