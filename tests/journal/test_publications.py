"""Where events were published."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.journal import Reader, Replays
from gateway.journal.publications import KEPT, Publications, Published


@pytest.fixture
def publications(path: Path) -> Iterator[Publications]:
    """Of a new journal."""
    with Publications(path) as publications:
        yield publications


def test_every_event_of_a_batch_has_its_own_offset(publications: Publications) -> None:
    """One behind the other; each route has its own place for an event."""
    publications.enter(
        {
            "jobs": [("ci.jobs", 2, 100, (3, 5, 9)), ("ci.jobs", 0, 7, (4,))],
            "failures": [("ci.failures", 1, 50, (5,))],
        }
    )
    assert publications.of(9) == [Published("jobs", "ci.jobs", 2, 102)]
    assert publications.of(4) == [Published("jobs", "ci.jobs", 0, 7)]
    assert publications.of(5) == [
        Published("failures", "ci.failures", 1, 50),
        Published("jobs", "ci.jobs", 2, 101),
    ]
    assert publications.of(6) == []


def test_of_an_event_that_was_published_twice_the_last_place_stands(
    publications: Publications,
) -> None:
    """As after a replay."""
    for offset in (1, 2):
        publications.enter({"jobs": [("ci.jobs", 0, offset, (1,))]})
    assert publications.of(1) == [Published("jobs", "ci.jobs", 0, 2)]


def test_what_is_beyond_the_position_is_known(publications: Publications, path: Path) -> None:
    """Of each route, wherever it is, in the topic that it has now."""
    publications.enter(
        {"jobs": [("ci.jobs", 0, 0, (3, 5, 9))], "failures": [("ci.failures", 0, 0, (4, 5))]}
    )
    with Reader(path) as reader:
        assert reader.acknowledged("jobs", "ci.jobs") == {3, 5, 9}
        reader.advance("jobs", 4)
        assert reader.acknowledged("jobs", "ci.jobs") == {5, 9}
        assert reader.acknowledged("jobs", "ci.other") == set()
        assert reader.acknowledged("failures", "ci.failures") == {4, 5}
        reader.advance("jobs", 9)
        assert reader.acknowledged("jobs", "ci.jobs") == set()


def test_a_rewind_is_for_what_is_beyond_the_position_too(
    publications: Publications, path: Path
) -> None:
    """What is published again may be repeated after a crash, up to the last of each key."""
    publications.enter(
        {"jobs": [("ci.jobs", 0, 0, (3, 5, 9))], "failures": [("ci.failures", 0, 0, (9,))]}
    )
    with Reader(path) as reader, Replays(path) as replays:
        reader.advance("jobs", 7)
        assert replays.rewind("jobs", 2, replay="r", at="")
        publications.enter({"jobs": [("ci.jobs", 0, 3, (3, 8))]})
        assert reader.acknowledged("jobs", "ci.jobs") == set()
        reader.position("jobs")
        reader.advance("jobs", 7)
        assert reader.acknowledged("jobs", "ci.jobs") == {8}
        assert reader.acknowledged("failures", "ci.failures") == {9}


def test_where_not_all_is_known_nothing_is(publications: Publications, path: Path) -> None:
    """Else old events would go out again, and newer ones of the same key not after them."""
    publications.enter({"jobs": [("ci.jobs", 0, 0, (2, KEPT + 1))]})
    with Reader(path) as reader:
        reader.advance("jobs", 1)
        assert reader.acknowledged("jobs", "ci.jobs") == {2, KEPT + 1}
        publications.enter({"jobs": [("ci.jobs", 0, 0, (KEPT + 2,))]})
        assert reader.acknowledged("jobs", "ci.jobs") == set()


def test_only_the_newest_are_kept(publications: Publications) -> None:
    """So that the table does not grow with the journal."""
    publications.enter({"jobs": [("ci.jobs", 0, 0, range(1, 11))]})
    publications.enter({"jobs": [("ci.jobs", 0, 10, (KEPT + 5,))]})
    assert [bool(publications.of(seq)) for seq in (1, 5, 6, 10, KEPT + 5)] == [
        False,
        False,
        True,
        True,
        True,
    ]
