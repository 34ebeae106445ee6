"""A short storm with every run of the tests: most kinds of faults once, and nothing is lost."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.chaos import ground
from tests.chaos.kinds import Kind
from tests.chaos.report import figures, keep
from tests.chaos.run import Plan, run
from tests.chaos.schedule import brief

pytestmark = pytest.mark.kafka


async def test_what_was_accepted_under_faults_is_published_in_order(
    tmp_path: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Kills, pauses, outages, a full disk, a wrong clock, a lost right: all recovered from."""
    faults = brief(173, [kind for kind in Kind if kind not in ground.impossible()])
    outcome = await run(Plan(900, 60.0, faults, seed=173), tmp_path, lambda _: None)
    found = figures(outcome)
    for name in ("accepted", "duplicates", "seconds"):
        record_testsuite_property(f"chaos-{name}", found[name])
    assert (found["errors"], found["missing"]) == ([], [])
    wrong = ("lost", "inversions", "ghosts", "altered")
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, 0)
    assert outcome.is_good
    kept = json.loads(keep(found, datetime.now(UTC), tmp_path).read_text())
    assert kept["accepted"] == outcome.account.accepted >= 900
