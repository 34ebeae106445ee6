"""`make chaos` and `make soak`: callbacks under faults; nothing that was answered 200 is lost.

Exit code 1 where something is lost, altered, out of order or was never sent, and where a planned
fault or a recovery did not come about, so that nothing was proved; with `--soak`, also where the
memory, the files or the threads of a process grow. SIGTERM or Ctrl-C ends the faults early; what
was done until then is accounted for. The last line is one JSON object, which is also kept in
`tests/chaos/results`; the files of a run that failed stay where it said at the start.
"""

import argparse
import asyncio
import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.chaos import ground
from tests.chaos.kinds import Kind
from tests.chaos.lanes import Occurrence
from tests.chaos.report import Figures, figures, keep
from tests.chaos.run import Plan, run
from tests.chaos.schedule import Size, schedule, spaced
from tests.chaos.soak import Growth, Soak, growths

_SOAK_RATE: Final = 300.0
_SOAK_PAUSE: Final = 120.0


def told(occurrence: Occurrence) -> None:
    """One line for each fault."""
    moments = (occurrence.ready, occurrence.accepting, occurrence.publishing)
    came = "ready {:.2f} s, accepting {:.2f} s, published {:.2f} s".format(*moments)
    say(f"{occurrence.kind} ({occurrence.seconds:.1f} s): {occurrence.error or came}")


def say(line: str) -> None:
    """To whom it may interest; not a part of the result."""
    now = f"{datetime.now(UTC):%H:%M:%S}"
    print(now, line, file=sys.stderr, flush=True)


async def chaos(plan: Plan, soak: Soak | None) -> int:
    """Run the plan, print and keep what came of it; the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-chaos-"))
    say(f"{plan.events:,} callbacks, {len(plan.schedule.faults)} faults of the seed {plan.seed}")
    for kind, reason in ground.impossible().items():
        say(f"not done: {kind}: {reason}")
    say(f"ledger, journal and logs are in {folder}")
    outcome = await run(plan, folder, told, beside=soak)
    grown = growths(soak.lives) if soak else {}
    is_good = outcome.is_good and all(each.is_good for each in grown.values())
    found = figures(outcome) | (soaked(soak, grown) if soak else {})
    say(f"kept as {keep(found, datetime.now(UTC))}")
    for what in outcome.missing:
        say(what)
    if is_good:
        shutil.rmtree(folder)
    print(json.dumps(found))
    return 0 if is_good else 1


def soaked(soak: Soak, grown: Mapping[str, Growth]) -> Figures:
    """What a soak adds to the figures."""
    processes = {name: asdict(each) | {"good": each.is_good} for name, each in grown.items()}
    return {"processes": processes, "log_bytes": soak.log_bytes}


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000, help="at least so many")
    parser.add_argument("--rate", type=float, default=0.0, help="a second; if absent, evenly")
    parser.add_argument("--minutes", type=float, default=4.0, help="of faults, about")
    parser.add_argument("--kills", type=int, default=0, help="at least so many")
    parser.add_argument("--broker-faults", type=int, default=0, help="at least so many")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument(
        "--soak",
        type=float,
        default=0.0,
        help="hours with 300 a second and a fault every 2 minutes",
    )
    options = parser.parse_args()
    soak = Soak() if options.soak else None
    plan = soak_plan(options.soak, options.seed) if soak else storm_plan(options)
    return asyncio.run(chaos(plan, soak))


def storm_plan(options: argparse.Namespace) -> Plan:
    """As many faults as fit."""
    size = Size(options.minutes * 60, options.kills, options.broker_faults)
    rate = options.rate or options.events / size.seconds
    return Plan(options.events, rate, schedule(options.seed, size, _possible()), options.seed)


def soak_plan(hours: float, seed: int) -> Plan:
    """A fault now and then."""
    seconds = hours * 3600
    faults = spaced(seed, seconds, _SOAK_PAUSE, _possible())
    # Not all of it can be sent in time: a fault stops it for a while.
    return Plan(int(seconds * _SOAK_RATE * 0.9), _SOAK_RATE, faults, seed)


def _possible() -> list[Kind]:
    return [kind for kind in Kind if kind not in ground.impossible()]


if __name__ == "__main__":
    sys.exit(main())
