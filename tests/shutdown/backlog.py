"""`make shutdown`, its second part: a gateway starts with a gigabyte of events to publish.

Measured: how soon it is ready while its Kafka is away, and while Kafka is there; its memory from
then on, of all processes together, until everything is published; and whether everything is. Exit
code 1 where something is lost or memory goes over its bound. The time to start is told with the CPU
time that it took, since the machine may be busy.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Final

from gateway.clock import now
from gateway.core.model import Entry, Event
from gateway.journal import Reader, Upkeep, Writer
from tests.broker.kafka import Broker
from tests.broker.messages import records
from tests.broker.waiting import until
from tests.e2e.delivery import is_published
from tests.e2e.fixtures import publishing
from tests.e2e.gateway import Gateway, callback, together_mib
from tests.shutdown.report import Figures, keep
from tests.shutdown.run import PARTITIONS
from tests.shutdown.scene import started

TOPIC: Final = "backlog"
RECEIVED_AT: Final = now()
"""Not long ago, so that none expires meanwhile."""
MEMORY_MIB: Final = 300.0
STARTS: Final = 3
_MAX_SIZE: Final = 8 << 30
_EVENT, _BODY = 3_000, 2_000
"""Bytes."""
_BATCH: Final = 128
_FILLER: Final = os.urandom(_EVENT // 2).hex()
_LOOK_SECONDS: Final = 0.1
_DRAIN_SECONDS: Final = 1_200.0


def fill(path: Path, size: int) -> int:
    """Bring the journal to so many bytes; how many events it has then."""
    count = 0
    with Writer(path, max_size=_MAX_SIZE) as writer, Upkeep(path) as upkeep, Reader(path) as reader:
        while reader.size() < size:
            for _ in range(50):
                writer.append([_entry(count + number) for number in range(_BATCH)])
                count += _BATCH
            upkeep.checkpoint()
    return count


def _entry(number: int) -> Entry:
    event = Event(
        id=f"{number:032x}",
        source="media",
        type="com.tencentcloud.ci.job.finished",
        subject=f"j{number}",
        tag="Transcode",
        outcome="success",
        json=json.dumps({"id": f"{number:032x}", "filler": _FILLER}).encode(),
    )
    return Entry(
        source="media",
        received_at=RECEIVED_AT,
        headers=b"[]",
        body=bytes(_BODY),
        verified_by="token",
        events=(event,),
    )


@dataclass(slots=True)
class Memory:
    """The most that a gateway's processes had in RAM together, while somebody looked."""

    mib: float = 0.0

    @contextmanager
    def watched(self, gateway: Gateway) -> Iterator[None]:
        """Look ten times a second inside the block."""
        over = threading.Event()
        looking = threading.Thread(target=self._look, args=(gateway, over))
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join()

    def _look(self, gateway: Gateway, over: threading.Event) -> None:
        while not over.wait(_LOOK_SECONDS):
            self.mib = max(self.mib, together_mib(gateway.processes()))


def cpu_seconds(pid: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start(gateway: Gateway) -> tuple[float, float]:
    """Seconds, and CPU seconds, until it is ready; it accepts callbacks then."""
    seconds = started(gateway)
    cpu = sum(map(cpu_seconds, gateway.processes()))
    assert gateway.post(callback("ready", os.urandom(8).hex())).status == 200
    return seconds, cpu


def run(folder: Path, size: int) -> Figures:
    """Fill, start, drain and count; everything is below `folder`."""
    for part in ("gateway", "kafka"):
        (folder / part).mkdir()
    broker, memory = Broker(folder / "kafka"), Memory()
    gateway = Gateway(folder / "gateway", publishing(broker.bootstrap, TOPIC), {})
    events = fill(gateway.journal, size)
    try:
        away = []
        for _ in range(STARTS):
            away.append(start(gateway))
            with memory.watched(gateway):
                assert gateway.stop() == 0
        broker.start()
        broker.create_topic(TOPIC, partitions=PARTITIONS)
        there = start(gateway)
        began = monotonic()
        with memory.watched(gateway):
            until(lambda: is_published(gateway, TOPIC), within=_DRAIN_SECONDS)
        drained = monotonic() - began
        arrived, written = _arrived(broker.bootstrap)
        assert gateway.stop() == 0
    finally:
        gateway.clean()
        broker.stop()
    return {
        "journal_bytes": size,
        "events": events,
        "ready_without_kafka_s": [round(seconds, 2) for seconds, _ in away],
        "ready_with_kafka_s": round(there[0], 2),
        "ready_cpu_s": round(median(cpu for _, cpu in (*away, there)), 2),
        "drained_s": round(drained, 1),
        "events_per_second": round(events / drained),
        "memory_mib": round(memory.mib, 1),
        "lost": events + 1 - arrived,  # those of the starts have one key
        "duplicates": written - events - STARTS - 1,
        "load_average": [round(each, 1) for each in os.getloadavg()],
    }


def _arrived(bootstrap: str) -> tuple[int, int]:
    """How many different keys, and how many records, the topic has."""
    keys = Counter(each.key for each in records(bootstrap, TOPIC, partitions=PARTITIONS))
    return len(keys), keys.total()


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.shutdown.backlog", description=__doc__)
    parser.add_argument("--mib", type=int, default=1_024)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gateway-backlog-") as folder:
        found = run(Path(folder), options.mib << 20)
    keep("backlog", found, datetime.now(UTC))
    print(json.dumps(found))
    return 0 if found["lost"] == 0 and float(str(found["memory_mib"])) < MEMORY_MIB else 1


if __name__ == "__main__":
    sys.exit(main())
