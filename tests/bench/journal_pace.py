"""`python -m tests.bench.journal_pace`: how long callbacks wait for the journal at a steady rate.

Callbacks of 4 KB with an event of 4 KB come singly, at random times; they collect into commits as
in a receiver. Beside it, in a process of its own as in a gateway, the WAL is written back four
times a second. Latency is from the call to the receipt. The last line is one JSON object.
"""

import argparse
import asyncio
import json
import os
import random
import tempfile
from contextlib import nullcontext, suppress
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from gateway.core.errors import Busy
from gateway.core.model import Entry
from gateway.journal import Appender, Writer
from tests.bench.journal_bench import entries
from tests.bench.upkeep import written_back
from tests.journal.waiting import kept

SEED = 1


async def run(path: Path, rate: float, seconds: float) -> tuple[list[float], list[float]]:
    """Seconds of each callback, and of each commit."""
    latencies: list[float] = []
    commits: list[float] = []
    writer = Writer(path, max_size=1 << 40)
    appender = Appender(writer, on_commit=lambda _size, duration: commits.append(duration))
    chance = random.Random(SEED)
    made = entries(int(rate * seconds))
    started = due = perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for entry in made:
            due += chance.expovariate(rate)
            if due > perf_counter():
                await asyncio.sleep(due - perf_counter())
            tasks.create_task(_one(appender, entry, latencies))
    print(f"{len(latencies) / (perf_counter() - started):.0f} events/s", flush=True)
    await appender.close()
    writer.close()
    return latencies, commits


async def _one(appender: Appender, entry: Entry, latencies: list[float]) -> None:
    started = perf_counter()
    with suppress(Busy):  # counted by who is missing
        await kept(appender, entry)
        latencies.append(perf_counter() - started)


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.journal_pace")
    parser.add_argument("--rate", type=float, default=2_000, help="events a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--no-upkeep", action="store_true", help="for comparison")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="journal-bench-") as folder:
        path = Path(folder, "journal.db")
        with nullcontext() if options.no_upkeep else written_back(path):
            latencies, commits = asyncio.run(run(path, options.rate, options.seconds))
    told: dict[str, float] = {
        "rate": options.rate,
        "events": len(latencies),
        "refused": int(options.rate * options.seconds) - len(latencies),
        "commits": len(commits),
        "load_average": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(told | _spread("latency", latencies) | _spread("commit", commits)))


def _spread(name: str, seconds: list[float]) -> dict[str, float]:
    cuts = quantiles(seconds, n=1000)
    at = {"p50": cuts[499], "p99": cuts[989], "p999": cuts[998], "max": max(seconds)}
    return {f"{name}_{key}_ms": round(value * 1e3, 2) for key, value in at.items()}


if __name__ == "__main__":
    main()
