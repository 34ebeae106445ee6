"""The log on a pipe, as under Docker or systemd: many processes write it, one reads."""

import asyncio
import fcntl
import io
import json
import os
import select
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.observe.lines import Lines
from tests.broker.waiting import until
from tests.e2e.fixtures import NewGateway
from tests.e2e.load import flood

SMALL = 4096
"""Bytes that the pipe holds: less than its writers have to say."""


class Reader:
    """Reads a pipe to its end, in a thread."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._found = bytearray()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def has(self, text: bytes) -> bool:
        """Whether it was read by now."""
        return text in self._found

    def lines(self) -> list[dict[str, Any]]:
        """All of them, once the last writer has closed; each is a JSON object."""
        self._thread.join()
        return [json.loads(line) for line in self._found.splitlines()]

    def _run(self) -> None:
        while chunk := os.read(self._pipe, SMALL):
            self._found += chunk


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """The reading end, and the writing end, which the test closes."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, SMALL)
    yield reading, writing
    os.close(reading)


def is_empty(reading: int) -> bool:
    """Whether there is nothing to read from a pipe."""
    return not select.select([reading], [], [], 0)[0]


async def test_lines_of_several_processes_do_not_mix(
    new_gateway: NewGateway, pipe: tuple[int, int]
) -> None:
    """Two receivers have much to say to one pipe, which is full: each line arrives whole."""
    reading, writing = pipe
    gateway = new_gateway({"server": {"workers": 2}})
    gateway.launch(stderr=writing)
    os.close(writing)
    await asyncio.to_thread(gateway.until_ready)
    await flood(gateway.url, 1500)
    reader = Reader(reading)
    try:
        assert gateway.stop() == 0
    finally:
        gateway.clean()
    callbacks = [line for line in reader.lines() if line["msg"] == "callback"]
    assert len(callbacks) == 1500


@pytest.mark.parametrize("kind", ["blocking", "non-blocking"])
def test_lines_that_do_not_fit_wait_or_are_counted(pipe: tuple[int, int], kind: str) -> None:
    """Whether or not somebody made the pipe non-blocking: whole lines, and all accounted for."""
    reading, writing = pipe
    os.set_blocking(writing, kind == "blocking")
    lines = Lines(io.FileIO(writing, "w", closefd=False))
    for number in range(500):
        lines.add({"number": number, "text": "x" * 100})
    until(lambda: not is_empty(reading))
    reader = Reader(reading)
    later = 0

    def is_read() -> bool:
        """Whether a later line was read, and so the number of all that were dropped before it."""
        nonlocal later
        lines.add({"later": later})
        later += 1
        return reader.has(b'"later"')

    until(is_read)
    lines.close()
    os.close(writing)
    told = reader.lines()
    dropped = [line["dropped_log_lines"] for line in told if "dropped_log_lines" in line]
    written = [line["number"] for line in told if "number" in line]
    assert written == sorted(set(written))
    assert len(told) - len(dropped) + sum(dropped) == 500 + later
