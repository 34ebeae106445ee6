"""A publisher in a process of its own, so that what it uses can be measured."""

import itertools
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from gateway.publish.options import KafkaOptions
from gateway.publish.ports import Unobserved
from gateway.publish.publisher import Publisher
from gateway.publish.route import Route
from tests.broker.waiting import until
from tests.publish.events import MemoryJournal, event

AWAY: Final = "Kafka is away"
_SPAWN = multiprocessing.get_context("spawn")


class Process:
    """Its pid, and what it has told last."""

    def __init__(self, pid: int, link: Connection) -> None:
        self._pid = pid
        self._link = link
        self._told = ""

    def until_told(self, word: str) -> None:
        """Return once it tells of a trouble with this in it."""
        until(lambda: word in self._last(), within=30)

    def cpu_seconds(self) -> float:
        """What it has used, in user and system mode."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        return len(list(Path(f"/proc/{self._pid}/fd").iterdir()))

    def _last(self) -> str:
        while self._link.poll():
            self._told = self._link.recv()
        return self._told


@contextmanager
def publisher(options: KafkaOptions, topic: str) -> Iterator[Process]:
    """It publishes five events a second to the topic, as long as the block runs."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_publish, args=(options, topic, theirs))
    process.start()
    theirs.close()
    assert process.pid is not None
    try:
        yield Process(process.pid, ours)
    finally:
        process.kill()
        process.join()
        ours.close()


def shares(processes: list[Process], *, seconds: float) -> list[float]:
    """Of one core, measured over so many seconds."""
    started = time.monotonic()
    before = [process.cpu_seconds() for process in processes]
    until(lambda: time.monotonic() - started > seconds)
    elapsed = time.monotonic() - started
    after = [process.cpu_seconds() for process in processes]
    return [(end - start) / elapsed for start, end in zip(before, after, strict=True)]


class _Teller(Unobserved):
    def __init__(self, link: Connection) -> None:
        self._link = link

    def kafka_up(self, *, up: bool) -> None:
        self._link.send("Kafka answers" if up else AWAY)

    def route_blocked(self, route: str, reason: str | None) -> None:
        self._link.send(reason or "")

    def published(self, route: str, count: int) -> None:
        self._link.send("published")


def _publish(options: KafkaOptions, topic: str, link: Connection) -> None:
    journal = MemoryJournal()
    reading, writing = os.pipe()
    threading.Thread(target=_feed, args=(journal, writing), daemon=True).start()
    teller = _Teller(link)
    Publisher(journal, [Route("r", topic)], options, doorbell=reading, observer=teller).run()


def _feed(journal: MemoryJournal, doorbell: int) -> None:
    for number in itertools.count(1):
        journal.append([event(number)])
        os.write(doorbell, b"\0")
        time.sleep(0.2)
