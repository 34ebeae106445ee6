"""`make bench-linear`: the CPU time of a callback is in proportion to its size.

Callbacks of 4 KiB to 1 MiB in families that each have much of one thing, as XML and as JSON, go
through `pipeline.process` alone: no HTTP, no journal. Each figure is the best of some rounds, in µs
of CPU per KiB. The law: at 1 MiB a KiB costs at most `MULTIPLE` of what it costs at 64 KiB, where
whatever a callback costs by itself is spread thin already. That leaves room for memory that is no
longer in the processor's caches, pages fresh from the kernel and the collector, which together show
as up to 2.4; a step that compares each with each would show 16. The last line is one JSON object;
exit code 1 where the law is broken.
"""

import argparse
import gc
import json
import sys
from collections.abc import Callable, Iterable
from functools import cache
from time import process_time
from typing import Final

from gateway.core.model import Document
from gateway.core.pipeline import process
from tests.fuzz.forms import elements
from tests.fuzz.machine import machine
from tests.sources import OPEN, as_json, callback, job

SIZES: Final = (4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20)
REFERENCE: Final = 64 << 10
MULTIPLE: Final = 4.0
_SAMPLE: Final = 1_000
"""As many of a thing tell how large one is."""

Family = Callable[[int], Document]
"""So many of a thing → a document."""


def _jobs(count: int) -> Document:
    jobs = [{"JobId": f"j{at:06}", "State": "Success", "Tag": "Transcode"} for at in range(count)]
    return {"EventName": "TaskFinish", "JobsDetail": jobs}


def _files(count: int) -> Document:
    names = [f"output/{at:06}.ts" for at in range(count)]
    sums = [{"ObjectName": name, "Md5": f"{at:032x}"} for at, name in enumerate(names)]
    file = {"Bucket": "test-123456789", "ObjectName": names, "Md5Info": sums}
    return job(Tag="Segment", Operation={"MediaResult": {"OutputFile": file}})


def _text(count: int) -> Document:
    return job(Tag="Transcode", Message="0123456789 音视频转码 <&> " * count)


def _levels(count: int) -> Document:
    """Branches that each go down to the 64th level; in `Response` is the first."""
    return job(Tag="Tts", Operation={"TtsTpl": {f"b{at:06}": _branch(58) for at in range(count)}})


def _branch(depth: int) -> Document:
    inner: Document = {"a": "1"}
    for _ in range(depth - 1):
        inner = {"a": inner}
    return inner


def _fields(count: int) -> Document:
    return job(Tag="Transcode", **{f"Field{at:06}": f"{at:06}" for at in range(count)})


def _detail(count: int) -> Document:
    return job(Tag="Transcode", Operation={f"Field{at:06}": f"{at:06}" for at in range(count)})


def _snapshots(count: int) -> Document:
    snapshots = [
        {
            "Url": f"https://test-123456789.cos.ap-chongqing.myqcloud.com/{at:06}.jpg",
            "SnapshotTime": at,
            "Label": "Porn",
            "Result": 1,
            "PornInfo": {"HitFlag": 1, "Score": 99, "Label": "Porn"},
        }
        for at in range(count)
    ]
    fields = {"JobId": "av1", "State": "Success", "Result": 1, "Label": "Porn"}
    return {"EventName": "ReviewVideo", "JobsDetail": fields | {"Snapshot": snapshots}}


def _one_key(count: int) -> Document:
    return job(Tag="Transcode", Operation={"X": [f"{at:06}" for at in range(count)]})


def _one_key_aside(count: int) -> Document:
    return job(Tag="Transcode", X=[f"{at:06}" for at in range(count)])


def _unknown_kind(count: int) -> Document:
    return {"EventName": "NewFinish", "New": {f"Field{at:06}": f"{at:06}" for at in range(count)}}


def _tasks(count: int) -> Document:
    task = {"Type": "Transcode", "State": "Success", "EndTime": "2022-08-09T16:23:11+0800"}
    run = {"RunId": "i1", "State": "Success", "BucketId": "test-123456789"}
    tasks = [{"JobId": f"j{at:06}", **task} for at in range(count)]
    return {"EventName": "WorkflowFinish", "WorkflowExecution": run | {"Tasks": tasks}}


FAMILIES: Final[dict[str, Family]] = {
    "many jobs": _jobs,
    "many outputs": _files,
    "a long text": _text,
    "64 levels": _levels,
    "many unknown fields": _fields,
    "many unknown fields in the detail": _detail,
    "moderation with many snapshots": _snapshots,
    "one key repeated": _one_key,
    "one key repeated aside": _one_key_aside,
    "an unknown kind": _unknown_kind,
    "many tasks": _tasks,
}


def _xml(document: Document) -> bytes:
    return elements("Response", document).encode()


FORMS: Final[dict[str, Callable[[Document], bytes]]] = {"xml": _xml, "json": as_json}


@cache
def sized(family: str, form: str, size: int) -> bytes:
    """A body of the family in the form, of about `size` bytes."""
    make, write = FAMILIES[family], FORMS[form]
    alone, many = len(write(make(1))), len(write(make(_SAMPLE)))
    each = (many - alone) / (_SAMPLE - 1)
    body = write(make(max(1, int((size - alone) / each))))
    assert size * 0.7 < len(body) < size * 1.1, (family, form, len(body), size)
    return body


def seconds(body: bytes) -> float:
    """CPU time to process `body`, which must be accepted."""
    started = process_time()
    made = process(callback(body), OPEN)
    spent = process_time() - started
    assert made.entry.quarantine is None, made.entry.quarantine
    return spent


def per_kib(family: str, form: str, rounds: int) -> dict[int, float]:
    """µs per KiB, by size; the sizes take turns, so that a slow moment is one of all."""
    bodies = {size: sized(family, form, size) for size in SIZES}
    best = dict.fromkeys(SIZES, float("inf"))
    for _ in range(rounds):
        for size, body in bodies.items():
            for _ in range(max(1, (128 << 10) // len(body))):  # small bodies are soon done again
                best[size] = min(best[size], seconds(body))
    return {size: spent * 1e6 / len(bodies[size]) * 1024 for size, spent in best.items()}


def main(arguments: Iterable[str] | None = None) -> int:
    """Print the table and the line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.linear")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(None if arguments is None else list(arguments))
    gc.collect()  # the collector as a receiver has it
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    columns = "".join(f"{f'{size >> 10} KiB':>10}" for size in SIZES)
    print(f"{'µs of CPU per KiB':<42}{columns}{'1 MiB : 64 KiB':>16}")
    table, broken = {}, []
    for family in FAMILIES:
        for form in FORMS:
            name = f"{family}, {form}"
            costs = per_kib(family, form, options.rounds)
            multiple = costs[SIZES[-1]] / costs[REFERENCE]
            if multiple > MULTIPLE:
                broken.append(name)
            table[name] = {f"{size >> 10}": round(cost, 2) for size, cost in costs.items()}
            figures = "".join(f"{cost:>10.1f}" for cost in costs.values())
            print(f"{name:<42}{figures}{multiple:>16.2f}", flush=True)
    told = {"us_per_kib": table, "multiple_allowed": MULTIPLE, "broken": broken}
    print(json.dumps(told | {"machine": machine()}))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
