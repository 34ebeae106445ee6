"""`make bench`: CPU per callback of one receiver, as a ratio to a bare aiohttp handler.

Bare handler, XML and JSON take turns under the same load (wrk, 64 connections), so that a machine
whose speed drifts moves all three. The figure is the CPU time of the receiving process from
`/proc`, over the requests it answered; ratio = bare / gateway, so that higher is better.
`end_to_end` then adds Kafka. The last line is one JSON object.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.bench import end_to_end
from tests.bench.bodies import callback_json, callback_xml
from tests.bench.load import Run, load
from tests.bench.servers import bare_server, gateway_server


def main() -> None:
    """Run the rounds and print the table and the line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8, help="of each run")
    options = parser.parse_args()
    runs: dict[str, list[Run]] = {"bare": [], "xml": [], "json": []}
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as name, \
            bare_server() as bare, gateway_server(Path(name)) as gateway:  # fmt: skip
        for round_number in range(options.rounds):
            for kind, server, body in (
                ("bare", bare, callback_xml()),
                ("xml", gateway, callback_xml()),
                ("json", gateway, callback_json()),
            ):
                run = load(server, body, options.seconds)
                runs[kind].append(run)
                print(f"round {round_number} {kind:5} {run}", file=sys.stderr)
        memory = gateway.memory_mib()
    with end_to_end.pipeline() as served:
        delivery = end_to_end.measure(served, rounds=2, seconds=5)
    costs = {kind: median(run.cpu_us for run in done) for kind, done in runs.items()}
    callbacks = sum(run.requests for kind in ("xml", "json") for run in runs[kind])
    print(
        json.dumps(
            {
                "bare_us": round(costs["bare"], 1),
                "xml_us": round(costs["xml"], 1),
                "json_us": round(costs["json"], 1),
                "xml_ratio": round(costs["bare"] / costs["xml"], 3),
                "json_ratio": round(costs["bare"] / costs["json"], 3),
                "callbacks": callbacks,
                "receiver_mib": round(memory, 1),
                "end_to_end_multiple": end_to_end.multiple(delivery, costs["bare"]),
                "end_to_end": delivery,
            }
        )
    )


if __name__ == "__main__":
    main()
