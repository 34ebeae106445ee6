"""`make shutdown`: a gateway under load is told to end, again and again, half of the times while
its Kafka is dead or hangs; nothing that was answered 200 is lost, and nobody is cut off.

Exit code 1 where a promise was not kept. The last line is one JSON object, which is also kept in
`tests/chaos/results`; the files of a run that failed stay where it said at the start.
"""

import argparse
import asyncio
import json
import secrets
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.shutdown.report import figures, keep
from tests.shutdown.run import Plan, run
from tests.shutdown.scene import Ending


def told(ending: Ending) -> None:
    """One line for each round."""
    what = f"round {ending.round.number}, Kafka {ending.round.kafka}"
    say(f"{what}: {'; '.join(ending.faults) or f'ended after {ending.exited:.2f} s'}")


def say(line: str) -> None:
    """To whom it may interest; not a part of the result."""
    print(line, file=sys.stderr, flush=True)


async def shutdown(plan: Plan) -> int:
    """Run the plan, print and keep what came of it; the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-shutdown-"))
    say(f"{plan.rounds} rounds, moments of the seed {plan.seed}; files are in {folder}")
    outcome = await run(plan, folder, told)
    found = figures(outcome)
    say(f"kept as {keep('shutdown', found, datetime.now(UTC))}")
    if outcome.is_good:
        shutil.rmtree(folder)
    print(json.dumps(found))
    return 0 if outcome.is_good else 1


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.shutdown", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options = parser.parse_args()
    return asyncio.run(shutdown(Plan(options.rounds, options.seed)))


if __name__ == "__main__":
    sys.exit(main())
