"""The clock: as the standard library tells the time, in the form of the journal."""

from datetime import UTC, datetime

from gateway.clock import now
from gateway.core.moments import utc


def test_the_clock_tells_the_time_as_the_journal_writes_it() -> None:
    """Whatever it remembers of the second: each time lies between those asked before and after."""
    last = ""
    for _ in range(20_000):
        before = utc(datetime.now(UTC))
        told = now()
        assert before <= told <= utc(datetime.now(UTC))
        assert last <= told
        last = told
    assert utc(datetime.fromisoformat(last)) == last
