"""A short run with every run of the tests: Kafka up, hanging and dead, and nothing is lost."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.shutdown.plan import Kafka, rounds
from tests.shutdown.report import figures, keep
from tests.shutdown.run import Plan, run


def test_half_of_the_rounds_are_without_kafka() -> None:
    """And a tenth as many have a second signal; the moments are made of the seed."""
    planned = rounds(100, 7)
    states = [each.kafka for each in planned if each.again is None]
    assert [states.count(state) for state in Kafka] == [50, 25, 25]
    assert sum(each.again is not None for each in planned) == 10
    assert planned == rounds(100, 7)
    assert planned != rounds(100, 8)
    assert {each.kafka for each in rounds(3, 7)} == set(Kafka)


@pytest.mark.kafka
async def test_what_was_accepted_until_the_end_is_published(tmp_path: Path) -> None:
    """Nobody is cut off, `/readyz` says so, exit 0 in time; whatever Kafka does meanwhile."""
    outcome = await run(Plan(rounds=3, seed=173), tmp_path, lambda _: None)
    assert outcome.faults == []
    found = figures(outcome)
    wrong = ("lost", "inversions", "ghosts", "altered", "cut")
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, 0)
    assert found["in_flight"] == {"200 accepted": 6}
    assert outcome.is_good
    kept = json.loads(keep("shutdown", found, datetime.now(UTC), tmp_path).read_text())
    assert kept["published"] == kept["journal"] >= outcome.account.accepted
