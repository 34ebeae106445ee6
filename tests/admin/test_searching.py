"""Pages of events: how much of the journal is read for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from gateway.admin.ports import Query
from gateway.core.model import Document, Record
from gateway.desk.searching import page
from gateway.journal import Reader
from tests.admin.operated import append
from tests.journal.entries import callback

EVENTS = 22_000
RARE = (21_400, 20_100, 1_500)
"""The numbers of what is looked for."""


class Counted(Reader):
    """Remembers how many events it gave at once."""

    given: list[int]

    def heads(self, after: int, last: int, *, since: str, before: str) -> list[Record]:
        """As its parent."""
        found = super().heads(after, last, since=since, before=before)
        self.given.append(len(found))
        return found


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many events, of which few are of another source."""
    path = tmp_path_factory.mktemp("many") / "journal.db"
    entries = [callback(f"{number}") for number in range(1, EVENTS + 1)]
    for number in RARE:
        (event,) = entries[number - 1].events
        entries[number - 1] = structs.replace(
            callback(f"{number}"), events=(structs.replace(event, source="rare"),)
        )
    for start in range(0, EVENTS, 2_000):
        append(path, *entries[start : start + 2_000])
    return path


@pytest.fixture
def reader(journal: Path) -> Iterator[Counted]:
    """Over that journal."""
    with Counted(journal) as reader:
        reader.given = []
        yield reader


def numbers(found: Document) -> list[int]:
    return [each["number"] for each in found["events"]]


def test_a_page_of_whatever_came_reads_itself_and_one_more(reader: Counted) -> None:
    """So what is asked several times a second costs little, and no memory that would stay."""
    found = page(reader, Query(limit=2))
    assert (numbers(found), found["next"]) == ([EVENTS, EVENTS - 1], EVENTS - 1)
    assert reader.given == [3]


def test_a_search_goes_on_in_small_steps_so_far_and_no_further(reader: Counted) -> None:
    """What it has not looked through is for the next page, to the journal's beginning."""
    found = page(reader, Query(limit=2, match={"source": ("rare",)}))
    assert (numbers(found), found["next"]) == ([21_400, 20_100], 2_001)
    assert (sum(reader.given), max(reader.given)) == (20_000, 500)
    rest = page(reader, Query(limit=2, before=2_001, match={"source": ("rare",)}))
    assert (numbers(rest), rest["next"]) == ([1_500], None)
