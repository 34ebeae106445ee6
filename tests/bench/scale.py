"""`make bench-scale`: what a journal of some million events costs, and how soon a gateway starts.

Events are small (1 KB, from callbacks of 600 bytes), so that a million take 2 GiB and not 12: what
is measured depends on their number. Filling ends at `--events` or after `--minutes`, whichever is
first. The figures go to `tests/bench/results/scale.json`, with the machine and its load.
"""

import argparse
import json
import os
import platform
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, perf_counter, process_time
from typing import Final

from gateway.core.model import Entry, Event
from gateway.journal import Reader, Upkeep, Writer
from tests.e2e.gateway import Gateway, callback, resident_mib

RESULTS: Final = Path(__file__).parent / "results" / "scale.json"
MAX_SIZE: Final = 1 << 40
BATCH: Final = 128
EVENT, BODY = 1_000, 600
"""Bytes."""
_TEXT: Final = os.urandom(1 << 16).hex().encode()
Figures = dict[str, object]


class Supply:
    """New callbacks without end, and the ids of some of them."""

    def __init__(self) -> None:
        self.known: list[str] = []
        self._count = 0

    def take(self, count: int) -> list[Entry]:
        """So many more."""
        return list(islice(self._made(), count))

    def _made(self) -> Iterator[Entry]:
        while True:
            self._count += 1
            entry = _entry(self._count)
            if self._count % 97 == 0:
                self.known.append(entry.events[0].id)
            yield entry


def _entry(number: int, identity: str | None = None) -> Entry:
    start = number * 37 % 100_000
    event = Event(
        id=identity or os.urandom(16).hex(),
        source="media",
        type="com.tencentcloud.ci.job.finished",
        subject=f"j{number:032x}",
        tag=("Transcode", "Snapshot", "Animation")[number % 3],
        outcome=("success", "failure")[number % 10 == 0],
        json=_TEXT[start : start + EVENT],
    )
    return Entry(
        source="media",
        received_at=f"2026-01-01T{number // 3_600_000:02}:{number // 60_000 % 60:02}:00.000000Z",
        headers=b'[["Content-Type","application/xml"]]',
        body=_TEXT[start : start + BODY],
        verified_by="token,bucket",
        events=(event,),
    )


def fill(path: Path, supply: Supply, events: int, seconds: float) -> Figures:
    """Commits of 128; the WAL is written back as often as a gateway would at that rate."""
    rates: list[int] = []
    count, end = 0, monotonic() + seconds
    with Writer(path, max_size=MAX_SIZE) as writer, Upkeep(path) as upkeep:
        while count < events and monotonic() < end:
            started, before = monotonic(), count
            while count < before + 500_000 and count < events and monotonic() < end:
                for _ in range(100):
                    writer.append(supply.take(BATCH))
                count += 100 * BATCH
                upkeep.checkpoint()
            rates.append(round((count - before) / (monotonic() - started)))
            print(f"{count} events, {rates[-1]} a second", flush=True)
    return {"events": count, "events_per_second_of_each_half_million": rates}


def appending(path: Path, supply: Supply) -> Figures:
    """CPU and time of commits of new and of known events, and of looking one up."""
    told: Figures = {}
    with Writer(path, max_size=MAX_SIZE) as writer, Upkeep(path) as upkeep:
        for size in (1, 16, 128):
            upkeep.checkpoint()
            new = [supply.take(size) for _ in range(max(100, 4_000 // size))]
            known = [
                [_entry(n, each) for n, each in enumerate(random.sample(supply.known, size))]
                for _ in range(max(100, 4_000 // size))
            ]
            told[f"new_{size}"] = _commits(writer, new)
            told[f"known_{size}"] = _commits(writer, known)
    return told


def _commits(writer: Writer, batches: Sequence[Sequence[Entry]]) -> Figures:
    cpu, seconds = process_time(), []
    for batch in batches:
        started = perf_counter()
        writer.append(batch)
        seconds.append(perf_counter() - started)
    count = sum(map(len, batches))
    return {
        "events_per_second": round(count / sum(seconds)),
        "cpu_us_per_event": round((process_time() - cpu) / count * 1e6, 1),
        **_spread(seconds),
    }


def reading(path: Path, supply: Supply) -> Figures:
    """What the commands and the admin port ask."""
    with Reader(path) as reader:
        head = reader.head()
        reader.advance("behind", head // 2)
        places = [random.randrange(head) for _ in range(300)]
        ids = random.sample(supply.known, 300)
        started = perf_counter()
        chunks = [reader.read(n, limit=1_000, max_bytes=1 << 23) for n in range(0, 100_000, 1_000)]
        read = round(sum(map(len, chunks)) / (perf_counter() - started))
        started = perf_counter()
        heads = reader.heads(0, 500_000, since="2026", before="9")
        return {
            "heads_per_second": round(len(heads) / (perf_counter() - started)),
            "read_events_per_second": read,
            "list_newest_50_ms": _each(lambda _n: reader.newest(50), places[:50]),
            "show_ms": _each(reader.find, ids),
            "show_raw_ms": _each(reader.raw, [max(1, n) for n in places]),
            "read_at_random_ms": _each(lambda n: reader.read(n, limit=1, max_bytes=0), places),
            "scrape_ms": _each(
                lambda _n: (reader.count(), reader.size(), reader.waiting(head // 2)), places[:50]
            ),
            "bytes": reader.size(),
        }


def retention(path: Path, seconds: float) -> Figures:
    """How fast expired events go, each quarter of a second of them with a checkpoint behind it."""
    deleted, started, cpu = 0, perf_counter(), process_time()
    with Upkeep(path) as upkeep:
        while perf_counter() - started < seconds and (count := upkeep.retain("9", [])):
            deleted += count
            upkeep.checkpoint()
    return {
        "deleted": deleted,
        "events_per_second": round(deleted / (perf_counter() - started)),
        "cpu_us_per_event": round((process_time() - cpu) / max(deleted, 1) * 1e6, 1),
    }


def starting(path: Path, folder: Path) -> Figures:
    """From `gateway serve` to the first 200: after an orderly end, and after SIGKILL."""
    journal = {"path": str(path), "max_size": "1TiB", "retention": "99999d"}
    gateway = Gateway(folder, {"journal": journal}, {})
    told: Figures = {}
    try:
        for name in ("orderly", "killed"):
            started = monotonic()
            gateway.start()
            assert gateway.post(callback(f"j-{name}", os.urandom(8).hex())).status == 200
            told[f"after_{name}_seconds"] = round(monotonic() - started, 2)
            gateway.kill()
        told["receiver_mib"] = 0.0
        gateway.start()
        told["receiver_mib"] = round(resident_mib(gateway.child("receiver")), 1)
        gateway.stop()
    finally:
        gateway.clean()
    return told


def _each(ask: Callable[..., object], given: Sequence[object]) -> Figures:
    seconds = []
    for one in given:
        started = perf_counter()
        ask(one)
        seconds.append(perf_counter() - started)
    return _spread(seconds)


def _spread(seconds: Sequence[float]) -> Figures:
    p99 = quantiles(seconds, n=100, method="inclusive")[98]
    told = {"p50": median(seconds), "p99": p99, "max": max(seconds)}
    return {name: round(value * 1e3, 2) for name, value in told.items()}


def _machine() -> Figures:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_average": [round(each, 1) for each in os.getloadavg()],
        "niceness": os.nice(0),
    }


def main() -> None:
    """Fill, measure, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale")
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--minutes", type=float, default=15, help="of filling, at the most")
    parser.add_argument("--folder", type=Path, help="where the journal is made, and deleted")
    options = parser.parse_args()
    supply = Supply()
    with tempfile.TemporaryDirectory(prefix="journal-scale-", dir=options.folder) as name:
        folder = Path(name)
        path = folder / "big.db"
        told = {
            "machine": _machine(),
            "bytes_of_an_event_and_its_callback": [EVENT, BODY],
            "fill": fill(path, supply, options.events, options.minutes * 60),
            "reading": reading(path, supply),
            "appending": appending(path, supply),
            "starting": starting(path, folder),
            "retention": retention(path, 30),
            "load_average_at_the_end": [round(each, 1) for each in os.getloadavg()],
        }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(told, indent=1) + "\n")
    print(json.dumps(told))


if __name__ == "__main__":
    main()
