"""`make overload`: more callbacks than a receiver can take, and clients that never come to an end.

Exit code 1 where a target is missed. Everything runs on this machine, the generator too, in a
process of its own: with fewer than two free cores the figures say more of the machine than of the
gateway; `cpu` and `load` of each phase tell. The last line is one JSON object, also kept in
`tests/overload/results`.
"""

import argparse
import asyncio
import json
import resource
import secrets
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.overload.phases import Phase
from tests.overload.report import HEADINGS, figures, keep, told, verdicts
from tests.overload.run import Scale, run
from tests.overload.verdict import TARGETS

QUICK = Scale(search=2, normal=2, twice=4, five_times=4, after=4, flood=0.1)


def say(name: str, phase: Phase) -> None:
    """One line for each phase."""
    print(told(name, phase), flush=True)


async def overload(seed: int, scale: Scale) -> int:
    """Run it, print and keep what came of it; the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-overload-"))
    print(HEADINGS, flush=True)
    outcome = await run(folder, seed, scale, say)
    shutil.rmtree(folder)
    print("\n".join(verdicts(outcome)))
    found = figures(outcome)
    print(f"kept as {keep(found, datetime.now(UTC))}", file=sys.stderr)
    print(json.dumps(found))
    return 0 if all(target.is_met(outcome) for target in TARGETS) else 1


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.overload", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--quick", action="store_true", help="a minute, to try it out")
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return asyncio.run(overload(options.seed, QUICK if options.quick else Scale()))


if __name__ == "__main__":
    sys.exit(main())
