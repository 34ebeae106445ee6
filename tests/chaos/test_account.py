"""The accounting finds what it looks for, and a run that tried too little does not count."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.chaos.account import SHOWN, Account, Books, Flaws, Record
from tests.chaos.kinds import BROKER_FAULTS, ENDINGS, KILLS, LEFT_OUT, Kind
from tests.chaos.lanes import Occurrence, never_happened
from tests.chaos.ledger import Attempt, Ledger
from tests.chaos.readback import content, read
from tests.chaos.run import ways
from tests.chaos.schedule import Fault, Schedule, Size, brief, schedule, spaced
from tests.chaos.sender import LEFT_BEFORE_ANSWER, LEFT_IN_BODY, NO_ANSWER
from tests.e2e.delivery import Delivered


def attempt(key: str, number: int, *, outcome: str = "200 accepted") -> Attempt:
    """A try of one second; the event is told where it was accepted."""
    event = f"{key}-{number}" if outcome.startswith("200") else ""
    return Attempt(float(number), 1.0, key, number, outcome=outcome, event=event)


def record(key: str, number: int, *, event: str = "", is_whole: bool = True) -> Record:
    """What comes back of an attempt."""
    return Record(Delivered(key, number, event or f"{key}-{number}"), is_whole)


ATTEMPTS = [attempt(key, number) for number in range(4) for key in ("a", "b")]
RECORDS = [record(key, number) for key in ("a", "b") for number in range(4)]


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """With nothing in them."""
    with closing(Books(tmp_path / "books")) as made:
        yield made


def account(books: Books, attempts: Sequence[Attempt], records: Sequence[Record]) -> Account:
    """Of these."""
    books.enter_attempts(attempts)
    books.enter_records(records)
    return books.account()


def test_a_history_without_a_flaw_is_good(books: Books) -> None:
    """Every callback once and in its order."""
    found = account(books, ATTEMPTS, RECORDS)
    assert found == Account(sent=8, accepted=8, published=8, unpromised=0, duplicates=0)
    assert found.is_good


@pytest.mark.parametrize("place", range(len(RECORDS)))
def test_one_lost_event_is_found_wherever_it_was(books: Books, place: int) -> None:
    """The attempt that was answered 200 is told."""
    found = account(books, ATTEMPTS, RECORDS[:place] + RECORDS[place + 1 :])
    gone = RECORDS[place].delivered
    assert found.lost == Flaws(1, (f"{gone.key} {gone.number} {gone.event}",))
    assert not found.is_good


def test_all_that_is_lost_is_counted_and_the_first_of_it_told(books: Books) -> None:
    """However many it is."""
    attempts = [attempt("a", number) for number in range(SHOWN + 5)]
    found = account(books, attempts, [])
    assert (found.lost.count, len(found.lost.first)) == (SHOWN + 5, SHOWN)


@pytest.mark.parametrize("place", range(len(RECORDS)))
def test_one_repeat_is_counted_and_allowed(books: Books, place: int) -> None:
    """At least once is what is promised; a repeat on the spot keeps the order."""
    found = account(books, ATTEMPTS, [*RECORDS[: place + 1], *RECORDS[place:]])
    assert (found.duplicates, found.published, found.is_good) == (1, 8, True)


def test_a_stretch_that_is_repeated_after_a_crash_is_in_order(books: Books) -> None:
    """First and last occurrences both are."""
    a = RECORDS[:4]
    found = account(books, ATTEMPTS, [*a[:3], *a[1:], *RECORDS[4:]])
    assert (found.duplicates, found.inversions) == (2, Flaws())


@pytest.mark.parametrize(
    "numbers", [[1, 0, 2, 3], [0, 1, 3, 2], [3, 0, 1, 2, 3], [0, 1, 2, 3, 0]], ids=str
)
def test_an_inversion_is_found_in_its_key(books: Books, numbers: list[int]) -> None:
    """Of first occurrences, and of last ones: a consumer may keep either."""
    found = account(books, ATTEMPTS, [*(record("a", n) for n in numbers), *RECORDS[4:]])
    assert found.inversions == Flaws(1, (f"a {numbers}",))
    assert not found.is_good


def test_what_was_never_sent_is_found(books: Books) -> None:
    """A ghost."""
    found = account(books, ATTEMPTS, [*RECORDS, record("c", 0)])
    assert (found.ghosts, found.is_good) == (Flaws(1, ("c 0 c-0",)), False)


def test_what_has_another_id_is_found(books: Books) -> None:
    """A sender was told one under which nothing came."""
    found = account(books, ATTEMPTS, [record("a", 0, event="other"), *RECORDS[1:]])
    assert (found.altered, found.lost) == (Flaws(1, ("a 0 other",)), Flaws(1, ("a 0 a-0",)))
    assert not found.is_good


def test_what_has_other_content_is_found(books: Books) -> None:
    """Though its id is the one that was told."""
    found = account(books, ATTEMPTS, [record("a", 0, is_whole=False), *RECORDS[1:]])
    assert (found.altered, found.lost) == (Flaws(1, ("a 0 a-0",)), Flaws())
    assert not found.is_good


def test_a_record_is_whole_only_with_the_content_that_was_sent() -> None:
    """Every value of its data, as the harness itself says it."""
    event = {"id": "e", "subject": "a", "data": content("a", 3)}
    assert read(b"a", json.dumps(event).encode()) == Record(Delivered("a", 3, "e"), is_whole=True)
    for other in (content("b", 3), {**content("a", 3), "outcome": "failure"}):
        assert not read(b"a", json.dumps(event | {"data": other}).encode()).is_whole
    assert not read(b"b", json.dumps(event).encode()).is_whole


def test_what_was_not_answered_200_may_come_or_not(books: Books) -> None:
    """It counts as sent and, where it comes, as not promised."""
    attempts = [*ATTEMPTS, attempt("a", 4, outcome="no answer"), attempt("b", 4, outcome="503")]
    found = account(books, attempts, [*RECORDS, record("a", 4)])
    assert (found.sent, found.accepted, found.unpromised, found.lost) == (10, 8, 1, Flaws())
    assert found.is_good


def test_a_callback_that_was_accepted_in_a_later_try_is_promised(books: Books) -> None:
    """Whatever its other tries came to, before or after."""
    tries = [attempt("a", 0, outcome=what) for what in ("503", "200 accepted", "no answer")]
    found = account(books, tries, [])
    assert (found.sent, found.accepted, found.lost.count) == (1, 1, 1)


def test_a_schedule_is_made_of_its_seed_and_has_every_kind() -> None:
    """However short it is; a longer one has more."""
    short, long = schedule(7, Size(1)), schedule(7, Size(1200))
    assert short == schedule(7, Size(1))
    assert short != schedule(8, Size(1))
    assert {fault.kind for fault in short.faults} == set(Kind)
    assert len(long.faults) > 5 * len(short.faults)


def test_a_schedule_has_as_many_kills_and_faults_of_brokers_as_are_wanted() -> None:
    """And only kinds that can be done."""
    kinds = [kind for kind in Kind if kind is not Kind.FILL_DISK]
    made = [
        fault.kind for fault in schedule(7, Size(1, kills=200, broker_faults=150), kinds).faults
    ]
    assert sum(kind in KILLS for kind in made) == 200
    assert sum(kind in BROKER_FAULTS for kind in made) >= 150
    assert set(made) == set(kinds)


def test_a_brief_schedule_has_every_kind_once_but_those_left_out() -> None:
    """For a run of seconds."""
    made = sorted(fault.kind for fault in brief(7, [*Kind]).faults)
    assert made == sorted(set(Kind) - LEFT_OUT)


def test_a_spaced_schedule_has_one_fault_at_a_time() -> None:
    """Every pause one, of each kind equally often; first those that end a process."""
    made = spaced(7, seconds=120 * 2 * len(Kind), pause=120, kinds=[*Kind])
    assert (made.cluster, made.ground) == ((), ())
    first = made.gateway[: 2 * len(ENDINGS)]
    assert {fault.kind for fault in first} == ENDINGS
    assert sorted(fault.kind for fault in made.gateway) == sorted([*Kind, *Kind])
    assert {fault.calm for fault in made.gateway} == {120}


def occurrence(kind: Kind, error: str = "", *, accepted: int = 1) -> Occurrence:
    """A fault of ten seconds."""
    return Occurrence(kind, 10.0, 10.0, accepted, error=error)


def test_a_fault_that_did_not_occur_or_was_not_recovered_from_is_told() -> None:
    """Also one of a kind that was not planned at all."""
    plan = Schedule((Fault(Kind.TERMINATE, 0, 0, 0),) * 2, (Fault(Kind.OUTAGE, 0, 0, 0),))
    done = [occurrence(kind) for kind in Kind if kind not in (Kind.OUTAGE, Kind.KILL_BROKER)]
    assert never_happened(plan, [*done, occurrence(Kind.OUTAGE, "TimeoutError")], Kind) == [
        f"{Kind.TERMINATE}: planned 2, occurred and recovered 1",
        f"{Kind.KILL_BROKER}: planned 0, occurred and recovered 0",
        f"{Kind.OUTAGE}: planned 1, occurred and recovered 0",
    ]


def test_ways_to_recover_are_counted(tmp_path: Path) -> None:
    """Tries that failed and were repeated, and callbacks while nothing could be published."""
    tries = (f"{NO_ANSWER} within 2 s", LEFT_IN_BODY, LEFT_BEFORE_ANSWER, "200 duplicate")
    away = [occurrence(Kind.OUTAGE, accepted=3), occurrence(Kind.DENY, accepted=0)]
    with Ledger(tmp_path / "ledger") as ledger:
        assert set(ways(ledger, [], set(Kind)).values()) == {0}
        for outcome in (*tries, "503 journal_full"):
            ledger.write(attempt("a", 1, outcome=outcome))
        assert list(ways(ledger, away, {Kind.OUTAGE, Kind.DENY}).values()) == [1, 1, 1, 1, 3, 0]
        assert ways(ledger, [], {Kind.FILL_DISK})["503 journal_full"] == 1


def test_a_ledger_tells_when_something_was_accepted(tmp_path: Path) -> None:
    """Of late; and all of its attempts, from its file."""
    with Ledger(tmp_path / "ledger") as ledger:
        for each in ATTEMPTS:
            ledger.write(each)
        assert (ledger.accepted_after(0.5), ledger.accepted_after(3.5)) == (2.0, None)
        assert (ledger.accepted_between(1, 3), ledger.accepted, ledger.slowest) == (4, 8, 1.0)
        assert list(ledger.attempts()) == ATTEMPTS
