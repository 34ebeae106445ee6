"""`python -m tests.bench.stages`: which stage of a receiver takes how much of a callback's CPU.

Receivers that do ever more of the work (`tests.bench.staged`) and the bare handler take turns under
the load of `make bench`; what a stage takes is what the receiver with it takes more than the one
without. All stages but the last are what no other way to normalize could go below. The last
line is one JSON object.
"""

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.bodies import callback_json, callback_xml
from tests.bench.load import load
from tests.bench.servers import Served, bare_server, staged_server
from tests.bench.staged import Stage
from tests.fuzz.machine import machine

_BARE: Final = "bare"


def servers(opened: ExitStack) -> dict[str, Served]:
    """By the name of the stage, in order; before them the bare handler."""
    found = {_BARE: opened.enter_context(bare_server())}
    for stage in Stage:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="gateway-bench-"))
        name = stage.name.lower()
        found[name] = opened.enter_context(staged_server(name, Path(folder)))
    return found


def main() -> None:
    """Print each run, the table and the line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.stages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each run")
    options = parser.parse_args()
    bodies = {"xml": callback_xml(), "json": callback_json()}
    runs: dict[tuple[str, str], list[float]] = {}
    with ExitStack() as opened:
        every = servers(opened)
        for number in range(options.rounds):
            for kind, body in bodies.items():
                for name, server in every.items():
                    run = load(server, body, options.seconds)
                    runs.setdefault((kind, name), []).append(run.cpu_us)
                    print(f"round {number} {kind:5} {name:11} {run}", file=sys.stderr)
    found: dict[str, object] = {}
    for kind in bodies:
        costs = {name: median(runs[kind, name]) for name in every}
        bare, before = costs[_BARE], 0.0
        print(f"{kind:<12}{'µs':>8}{'more':>8}{'of bare':>9}")
        for name, cost in costs.items():
            print(f"{name:<12}{cost:>8.1f}{cost - before:>8.1f}{bare / cost:>9.3f}")
            before = cost
        found[kind] = {name: round(cost, 1) for name, cost in costs.items()}
    print(json.dumps(found | {"machine": machine()}))


if __name__ == "__main__":
    main()
