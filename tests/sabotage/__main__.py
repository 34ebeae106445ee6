"""`make sabotage`: break the gateway on purpose, twelve times, and see the tests find out.

First all of those tests must pass without a mutant. Exit code 1 where they do not, or a mutant
survives. The table is kept in `tests/sabotage/results`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.fuzz.machine import machine
from tests.sabotage.mutants import MUTANTS, Mutant
from tests.sabotage.workshop import Verdict, sabotaged, untouched

RESULTS: Final = Path(__file__).parent / "results"


def keep(found: Sequence[tuple[Mutant, Verdict]], at: datetime) -> Path:
    """Write the table, and what it was made on, to `<date>.json`."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{at:%Y-%m-%d}.json"
    mutants = [
        {
            "mutant": mutant.name,
            "does": mutant.does,
            "caught_by": verdict.failed or None,
            "why": verdict.why,
            "seconds": round(verdict.seconds, 1),
        }
        for mutant, verdict in found
    ]
    about = {**machine(), "gateway": "interpreted"}
    document = {"at": at.isoformat(timespec="seconds"), "mutants": mutants, "machine": about}
    file.write_text(json.dumps(document, indent=1) + "\n")
    return file


def say(line: str) -> None:
    """At once, since the next may take minutes."""
    print(line, flush=True)


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.sabotage", description=__doc__)
    parser.add_argument("mutants", nargs="*", help="beginnings of names, such as m3-; else all")
    names = tuple(parser.parse_args().mutants)
    chosen = [mutant for mutant in MUTANTS if mutant.name.startswith(names or "")]
    well = untouched(list(dict.fromkeys(test for mutant in chosen for test in mutant.tests)))
    if not well.is_well:
        say(f"without a mutant: {well.failed} {well.why}{well.error}; so nothing is proved")
        return 1
    say(f"without a mutant all pass, {well.seconds:.0f} s")
    found: list[tuple[Mutant, Verdict]] = []
    for mutant in chosen:
        verdict = sabotaged(mutant)
        found.append((mutant, verdict))
        told = f"{verdict.failed}  {verdict.why}" if verdict.failed else f"SURVIVED {verdict.error}"
        say(f"{mutant.name:36}{verdict.seconds:6.1f} s  {told}")
    if not names:
        say(f"kept as {keep(found, datetime.now(UTC))}")
    return 0 if all(verdict.is_caught for _, verdict in found) else 1


if __name__ == "__main__":
    sys.exit(main())
