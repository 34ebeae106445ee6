"""`python -m tests.bench.workers`: what a second receiving process is worth.

One gateway with `workers: 1` and one with `workers: 2` take turns under the same closed-loop load;
the figure is the ratio of what they answer in a second. One receiver has a thread that commits, and
a supervisor beside it that counts and writes back, so that it takes more than one core; the load
takes some, too. The cores that all processes of the gateway had say what is left to a second one:
on two the ratio is lower than on more. A receiver commits for all who wait, so that there are more
connections than elsewhere: of 64 each of two would have too few to be always busy. The last line is
one JSON object.

`--share 0.35` holds each receiver to so much of a core, as root: so two have, beside the load, what
they would have on a machine with more cores, and the figure tells how much they hinder each other.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import monotonic

from tests.bench.bodies import callback_json, callback_xml
from tests.bench.held import held
from tests.bench.load import cpu_seconds, load
from tests.bench.servers import Served
from tests.broker.waiting import until
from tests.e2e.gateway import Gateway


@contextmanager
def gateway_of(workers: int) -> Iterator[Gateway]:
    """A gateway without Kafka."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="gateway-bench-"))
        gateway = Gateway(Path(folder), {"server": {"workers": workers}}, {})
        stack.callback(gateway.clean)
        gateway.start()
        until(lambda: len(gateway.children("receiver")) == workers)
        yield gateway


def main() -> None:
    """Print each run and the line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.workers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of each run")
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--share", type=float, help="of a core for each receiver")
    options = parser.parse_args()
    rates: dict[tuple[str, int], list[float]] = {}
    cores: dict[tuple[str, int], list[float]] = {}
    bodies = {"xml": callback_xml(), "json": callback_json()}
    with ExitStack() as stack:
        one, two = (stack.enter_context(gateway_of(workers)) for workers in (1, 2))
        if options.share:
            receivers = [pid for each in (one, two) for pid in each.children("receiver")]
            stack.enter_context(held(receivers, options.share))
        for number in range(options.rounds):
            for kind, body in bodies.items():
                for workers, gateway in ((1, one), (2, two)):
                    before, begun = _cpu(gateway), monotonic()
                    receiver = Served(gateway.url, gateway.children("receiver")[0])
                    run = load(receiver, body, options.seconds, connections=options.connections)
                    had = (_cpu(gateway) - before) / (monotonic() - begun)
                    rates.setdefault((kind, workers), []).append(run.per_second)
                    cores.setdefault((kind, workers), []).append(had)
                    told = f"{run.per_second:8.0f} requests/s  {had:.2f} cores"
                    print(f"round {number} {kind:5} {workers} workers {told}", file=sys.stderr)
    ratios = {
        f"{kind}_two_to_one": round(median(rates[kind, 2]) / median(rates[kind, 1]), 2)
        for kind in bodies
    }
    used = {f"{kind}_{n}_cores": round(median(each), 2) for (kind, n), each in cores.items()}
    run_with = {"cores": os.cpu_count(), **vars(options)}
    print(json.dumps({**ratios, **used, **run_with}))


def _cpu(gateway: Gateway) -> float:
    """Seconds of all its processes."""
    return sum(map(cpu_seconds, gateway.processes()))


if __name__ == "__main__":
    main()
