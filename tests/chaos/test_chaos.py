"""A short storm with every run of the tests: each kind of fault once, and nothing is lost."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.chaos.report import figures, keep
from tests.chaos.run import Plan, run

pytestmark = pytest.mark.kafka


async def test_what_was_accepted_under_faults_is_published_in_order(
    tmp_path: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Kills, pauses, outages, moves and a topic that was deleted: all recovered from."""
    outcome = await run(Plan(events=900, seconds=30, seed=173), tmp_path, lambda _: None)
    found = figures(outcome)
    for name in ("accepted", "duplicates", "seconds"):
        record_testsuite_property(f"chaos-{name}", found[name])
    assert (found["errors"], found["missing"]) == ([], [])
    wrong = ("lost", "inversions", "ghosts", "altered")
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, 0)
    assert outcome.is_good
    kept = json.loads(keep(found, datetime.now(UTC), tmp_path).read_text())
    assert kept["accepted"] == outcome.account.accepted >= 900
