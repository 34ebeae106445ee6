"""`make fuzz N=20000`: mutated callbacks against a real gateway.

Exit code 1 where an input was not answered as it was owed, or a law is broken. The last line is one
JSON object, which is also kept in `tests/fuzz/results`; a failing request is kept in
`tests/fuzz/failures`, and `--replay FILE` sends it once more and prints the answer.
"""

import argparse
import asyncio
import json
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.gateway import Gateway
from tests.fuzz.progress import progress
from tests.fuzz.report import figures, keep
from tests.fuzz.run import SETTINGS, Plan, run
from tests.fuzz.verdict import Mistake, Owed, judged
from tests.fuzz.wire import Wire


@contextmanager
def running() -> Iterator[Gateway]:
    """A gateway with an empty journal, in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="gateway-fuzz-") as folder:
        gateway = Gateway(Path(folder), SETTINGS, {})
        try:
            gateway.start()
            yield gateway
        finally:
            gateway.clean()


async def fuzz(plan: Plan) -> int:
    """Run the plan, print and keep what came of it; the exit code."""
    print(f"{plan.inputs:,} inputs of the seed {plan.seed}", file=sys.stderr, flush=True)
    with running() as gateway, progress(plan.inputs) as tell:
        outcome = await run(gateway, plan, tell)
    found = figures(outcome)
    print(f"kept as {keep(found, datetime.now(UTC))}", file=sys.stderr)
    print(json.dumps(found))
    return 0 if outcome.is_good else 1


async def replay(request: bytes) -> int:
    """Send one request to a new gateway and print what it answers; 1 for no answer of ours."""
    with running() as gateway, Wire(gateway.port) as wire:
        reply = await wire.ask(request)
        print(reply.status, dict(reply.headers), reply.body.decode("utf-8", "replace"), sep="\n")
        try:
            judged(reply, Owed(frozenset({reply.status})))
        except Mistake as mistake:
            print(mistake, file=sys.stderr)
            return 1
    return 0


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--replay", type=Path, metavar="FILE", help="send this request alone")
    options = parser.parse_args()
    if options.replay:
        return asyncio.run(replay(options.replay.read_bytes()))
    return asyncio.run(fuzz(Plan(options.seed, options.inputs)))


if __name__ == "__main__":
    sys.exit(main())
