"""`python -m tests.deploy.sizing`: what deploy/sizing.md reckons with.

A gateway with one route and a real Kafka take so many XML callbacks of 5 KB, each of a job of its
own. Told are, for each, the CPU time of every process of the gateway (which other load of the
machine hardly changes, unlike callbacks a second), the bytes of journal and topic, and the memory
at the end. The last line is one JSON object.
"""

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from uuid import uuid4

import aiohttp

from gateway.journal import Reader
from tests.bench.bodies import callback_xml
from tests.bench.load import cpu_seconds
from tests.broker.kafka import Broker
from tests.e2e.delivery import until_published
from tests.e2e.fixtures import publishing
from tests.e2e.gateway import Gateway, resident_mib

_TOPIC: Final = "sizing"
_SENDERS: Final = 32


async def send(url: str, bodies: Iterator[str]) -> None:
    """Each as soon as one of the senders is free; all are accepted."""

    async def sender(session: aiohttp.ClientSession) -> None:
        for body in bodies:
            async with session.post(url, data=body) as response:
                assert response.status == 200
                await response.read()

    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as senders:
        for _ in range(_SENDERS):
            senders.create_task(sender(session))


def size(folder: Path, pattern: str) -> int:
    """Bytes of the files that match."""
    return sum(path.stat().st_size for path in folder.glob(pattern))


def measure(folder: Path, count: int) -> dict[str, float]:
    """The figures, per callback where the name says nothing else."""
    text = callback_xml()
    with ExitStack() as stack:
        broker_folder = folder / "kafka"
        broker_folder.mkdir()
        broker = stack.enter_context(Broker(broker_folder))
        broker.create_topic(_TOPIC, partitions=3)
        gateway = Gateway(folder, publishing(broker.bootstrap, _TOPIC), {})
        stack.callback(gateway.clean)
        gateway.start()
        pids = {"supervisor": gateway.pid}
        pids |= {name: gateway.child(name) for name in ("receiver", "publisher")}
        bodies = (text.replace("{ID}", f"j{uuid4().hex}") for _ in range(count))
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        asyncio.run(send(gateway.url, bodies))
        until_published(gateway, _TOPIC, within=300)
        spent = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
        told = {f"{name}_us": cpu / count * 1e6 for name, cpu in spent.items()}
        told |= {f"{name}_mib": resident_mib(pid) for name, pid in pids.items()}
        with Reader(gateway.journal) as journal:
            event = journal.newest(1)[0].event.json
        assert gateway.stop() == 0  # which writes all back into the journal's file
        kept = gateway.journal.stat().st_size
        return told | {
            "callbacks": count,
            "callback_bytes": len(text),
            "event_bytes": len(event),
            "journal_bytes": kept / count,
            "topic_bytes": size(broker_folder, f"**/{_TOPIC}-*/*.log") / count,
            "load_average": os.getloadavg()[0],
        }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.deploy.sizing")
    parser.add_argument("--callbacks", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gateway-sizing-") as name:
        figures = measure(Path(name), options.callbacks)
    print(json.dumps({name: round(value, 1) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
