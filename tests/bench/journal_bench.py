"""`python -m tests.bench.journal_bench`: CPU time and latency of a commit, for each size of batch.

Callbacks of 4 KB with an event of 4 KB, in a journal whose WAL has its full size already. CPU is
the process's own, with the kernel's part: median of the rounds. `--kept N` fills the journal first.
"""

import argparse
import os
import tempfile
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Final

from gateway.core.model import Entry, Event
from gateway.journal import Upkeep, Writer

BATCHES: Final = (1, 4, 16, 64, 128)
EVENTS: Final = 2_000
_TEXT: Final = os.urandom(1 << 19).hex().encode()
_numbers = count()


def entries(size: int) -> list[Entry]:
    """New callbacks of one event each."""
    return [_entry(next(_numbers)) for _ in range(size)]


def _entry(number: int) -> Entry:
    start = number * 37 % 900_000
    event = Event(
        id=os.urandom(16).hex(),
        source="media",
        type="com.tencentcloud.ci.job.finished",
        subject=f"j{number:032x}",
        tag="Transcode",
        outcome="success",
        json=_TEXT[start : start + 4096],
    )
    return Entry(
        source="media",
        received_at="2026-01-01T00:00:00.000000Z",
        headers=_TEXT[start : start + 400],
        body=_TEXT[start : start + 4096],
        verified_by="token,bucket",
        events=(event,),
    )


def measure(writer: Writer, size: int) -> tuple[float, list[float]]:
    """CPU µs for an event, and the seconds of each commit."""
    batches = [entries(size) for _ in range(max(20, EVENTS // size))]
    cpu, seconds = 0.0, []
    for batch in batches:
        start, cpu_start = perf_counter(), process_time()
        writer.append(batch)
        cpu += process_time() - cpu_start
        seconds.append(perf_counter() - start)
    return cpu / (size * len(batches)) * 1e6, seconds


def main() -> None:
    """Print one line for each size of batch."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.journal_bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kept", type=int, default=0, help="events in the journal before")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="journal-bench-") as folder:
        path = Path(folder, "journal.db")
        with Writer(path, max_size=1 << 40) as writer, Upkeep(path) as upkeep:
            for _ in range(max(options.kept, 8_000) // 100):
                writer.append(entries(100))
            for size in BATCHES:
                rounds = []
                for _ in range(options.rounds):
                    upkeep.checkpoint()
                    rounds.append(measure(writer, size))
                cpu = [us for us, _ in rounds]
                commits = [one * 1e3 for _, seconds in rounds for one in seconds]
                print(
                    f"batch {size:3}: {median(cpu):6.1f} µs CPU per event"
                    f" [{min(cpu):.1f}..{max(cpu):.1f}],"
                    f" commit p50 {median(commits):.2f} p99 {quantiles(commits, n=100)[98]:.2f} ms",
                    flush=True,
                )


if __name__ == "__main__":
    main()
