"""The accounting finds what it looks for, and a run that tried too little does not count."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.account import Account, account
from tests.chaos.lanes import Occurrence, never_happened
from tests.chaos.ledger import Attempt, Ledger
from tests.chaos.run import never_seen
from tests.chaos.schedule import Fault, Kind, Schedule, schedule
from tests.chaos.sender import NO_ANSWER
from tests.e2e.delivery import Delivered


def attempt(key: str, number: int, *, outcome: str = "200 accepted") -> Attempt:
    """A try of one second; the event is told where it was accepted."""
    event = f"{key}-{number}" if outcome.startswith("200") else ""
    return Attempt(float(number), 1.0, key, number, outcome=outcome, event=event)


def record(key: str, number: int) -> Delivered:
    """What comes back of an attempt."""
    return Delivered(key, number, f"{key}-{number}")


ATTEMPTS = [attempt(key, number) for number in range(4) for key in ("a", "b")]
RECORDS = [record(key, number) for key in ("a", "b") for number in range(4)]


def test_a_history_without_a_flaw_is_good() -> None:
    """Every callback once and in its order."""
    assert account(ATTEMPTS, RECORDS) == Account(
        sent=8,
        accepted=8,
        published=8,
        unpromised=0,
        lost=[],
        duplicates=0,
        inversions={},
        ghosts=[],
        altered=[],
    )
    assert account(ATTEMPTS, RECORDS).is_good


@pytest.mark.parametrize("place", range(len(RECORDS)))
def test_one_lost_event_is_found_wherever_it_was(place: int) -> None:
    """The attempt that was answered 200 is told."""
    found = account(ATTEMPTS, RECORDS[:place] + RECORDS[place + 1 :])
    assert [(each.key, each.number) for each in found.lost] == [
        (RECORDS[place].key, RECORDS[place].number)
    ]
    assert not found.is_good


@pytest.mark.parametrize("place", range(len(RECORDS)))
def test_one_repeat_is_counted_and_allowed(place: int) -> None:
    """At least once is what is promised; a repeat on the spot keeps the order."""
    found = account(ATTEMPTS, [*RECORDS[: place + 1], *RECORDS[place:]])
    assert (found.duplicates, found.published, found.is_good) == (1, 8, True)


def test_a_stretch_that_is_repeated_after_a_crash_is_in_order() -> None:
    """First and last occurrences both are."""
    a = RECORDS[:4]
    found = account(ATTEMPTS, [*a[:3], *a[1:], *RECORDS[4:]])
    assert (found.duplicates, found.inversions) == (2, {})


@pytest.mark.parametrize(
    "numbers", [[1, 0, 2, 3], [0, 1, 3, 2], [3, 0, 1, 2, 3], [0, 1, 2, 3, 0]], ids=str
)
def test_an_inversion_is_found_in_its_key(numbers: list[int]) -> None:
    """Of first occurrences, and of last ones: a consumer may keep either."""
    found = account(ATTEMPTS, [*(record("a", n) for n in numbers), *RECORDS[4:]])
    assert found.inversions == {"a": numbers}
    assert not found.is_good


def test_what_was_never_sent_and_what_has_another_id_are_found() -> None:
    """A ghost, and an event that a sender was told another id of."""
    ghost, altered = record("c", 0), replace(RECORDS[0], event="other")
    found = account(ATTEMPTS, [altered, *RECORDS[1:], ghost])
    assert (found.ghosts, found.altered, found.is_good) == ([ghost], [altered], False)
    assert found.lost == [ATTEMPTS[0]]


def test_what_was_not_answered_200_may_come_or_not() -> None:
    """It counts as sent and, where it comes, as not promised."""
    attempts = [*ATTEMPTS, attempt("a", 4, outcome="no answer"), attempt("b", 4, outcome="503")]
    found = account(attempts, [*RECORDS, record("a", 4)])
    assert (found.sent, found.accepted, found.unpromised, found.lost) == (10, 8, 1, [])
    assert found.is_good


def test_a_schedule_is_made_of_its_seed_and_has_every_kind() -> None:
    """However short it is; a longer one has more."""
    short, long = schedule(7, 1), schedule(7, 600)
    assert short == schedule(7, 1)
    assert short != schedule(8, 1)
    assert {fault.kind for fault in (*short.gateway, *short.cluster)} == set(Kind)
    assert len(long.gateway) > 5 * len(short.gateway)


def occurrence(kind: Kind, error: str = "") -> Occurrence:
    """A fault from 0 to 10 on the ledger's clock."""
    return Occurrence(kind, 10.0, 10.0, 0.1, 0.1, 0.1, error=error)


def test_a_fault_that_did_not_occur_or_was_not_recovered_from_is_told() -> None:
    """Also one of a kind that was not planned at all."""
    plan = Schedule((Fault(Kind.TERMINATE, 0, 0, 0),) * 2, (Fault(Kind.OUTAGE, 0, 0, 0),))
    done = [occurrence(kind) for kind in Kind if kind not in (Kind.OUTAGE, Kind.KILL_BROKER)]
    assert never_happened(plan, [*done, occurrence(Kind.OUTAGE, "TimeoutError")]) == [
        f"{Kind.TERMINATE}: planned 2, occurred and recovered 1",
        f"{Kind.KILL_BROKER}: planned 0, occurred and recovered 0",
        f"{Kind.OUTAGE}: planned 1, occurred and recovered 0",
    ]


def test_ways_to_recover_that_nothing_went_are_told(tmp_path: Path) -> None:
    """A callback accepted in a later try, and some while nothing could be published."""
    away = [occurrence(Kind.OUTAGE), occurrence(Kind.DELETE_TOPIC)]
    with Ledger(tmp_path / "ledger") as ledger:
        assert len(never_seen(ledger, away)) == 3
        ledger.write(attempt("a", 1, outcome=f"{NO_ANSWER} within 2 s"))
        ledger.write(attempt("a", 1))
        assert never_seen(ledger, away) == []
        assert never_seen(ledger, [occurrence(Kind.OUTAGE)]) == [
            f"never seen: callbacks that were accepted during: {Kind.DELETE_TOPIC}"
        ]
        assert (ledger.accepted_after(0.5), ledger.accepted_after(1.5)) == (2.0, None)
    assert len((tmp_path / "ledger").read_text().splitlines()) == 2
