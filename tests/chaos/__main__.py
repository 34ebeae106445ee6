"""`make chaos`: callbacks under kills, pauses and outages; nothing that was answered 200 is lost.

Exit code 1 where something is lost, out of order or was never sent, and where a planned fault or a
recovery did not come about, so that nothing was proved. The last line is one JSON object, which is
also kept in `tests/chaos/results`; the files of a run that failed stay where it said at the start.
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

from tests.chaos.lanes import Occurrence
from tests.chaos.report import figures, keep
from tests.chaos.run import Plan, run


def told(occurrence: Occurrence) -> None:
    """One line for each fault."""
    moments = (occurrence.ready, occurrence.accepting, occurrence.publishing)
    came = "ready {:.2f} s, accepting {:.2f} s, published {:.2f} s".format(*moments)
    say(f"{occurrence.kind} ({occurrence.seconds:.1f} s): {occurrence.error or came}")


def say(line: str) -> None:
    """To whom it may interest; not a part of the result."""
    print(line, file=sys.stderr, flush=True)


async def chaos(plan: Plan) -> int:
    """Run the plan, print and keep what came of it; the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-chaos-"))
    say(f"{plan.events:,} callbacks in {plan.seconds:.0f} s, faults of the seed {plan.seed}")
    say(f"ledger, journal and logs are in {folder}")
    outcome = await run(plan, folder, told)
    found = figures(outcome)
    say(f"kept as {keep(found, datetime.now(UTC))}")
    for what in outcome.missing:
        say(what)
    if outcome.is_good:
        shutil.rmtree(folder)
    print(json.dumps(found))
    return 0 if outcome.is_good else 1


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options = parser.parse_args()
    return asyncio.run(chaos(Plan(options.events, options.minutes * 60, options.seed)))


if __name__ == "__main__":
    sys.exit(main())
