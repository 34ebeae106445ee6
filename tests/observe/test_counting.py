"""The counter of the operating part: the whole journal, each event once, in short turns."""

from pathlib import Path

import orjson
import pytest
from msgspec import structs

from gateway.core.model import Entry, Event
from gateway.journal import COUNTER, Outcomes, Reader, Writer
from gateway.observe import metrics
from gateway.processes.counting import OutcomeCounter
from tests.journal.entries import identity, unreadable

NOON = "2026-01-01T12:00:00.000000Z"
NOON_UNIX = 1767268800.0


def finished(name: str, *, source: str) -> Entry:
    """The callback of a job that ran for five seconds."""
    job = {"id": name, "tag": "Transcode", "run_seconds": 5.0}
    json = orjson.dumps({"data": {"provider": "tencent-ci", "job": job}})
    event = Event(identity(name), source, "t", name, "Transcode", "success", json)
    return Entry(source, NOON, b"[]", b"<a/>", "token", (event,))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal with events of a gateway that did not count."""
    path = tmp_path / "journal.db"
    with Writer(path, max_size=1 << 30) as writer:
        writer.append([finished(str(number), source="counting") for number in range(1200)])
        writer.append([structs.replace(unreadable("x"), source="unreadable")])
    return path


def counted(path: Path) -> float:
    """How many outcomes the journal says were counted."""
    with Outcomes(path) as outcomes:
        return sum(n for figure, n in outcomes.figures().items() if figure[0] == "job_outcomes")


def told(source: str) -> float | None:
    """When a source was last heard of, as this process tells."""
    name = "gateway_source_last_callback_timestamp_seconds"
    samples = [s for family in metrics.LAST_CALLBACK.collect() for s in family.samples]
    return next(
        (s.value for s in samples if (s.name, s.labels) == (name, {"source": source})), None
    )


def test_an_old_journal_is_counted_from_its_beginning_in_several_turns(journal: Path) -> None:
    """A turn of no time counts one chunk."""
    steps: list[float] = []
    counter = OutcomeCounter(journal, ["counting"], seconds=0)
    while not steps or steps[-1] < 1200:
        counter.turn()
        steps.append(counted(journal))
    counter.close()
    assert steps == [500, 1000, 1200]


def test_a_counter_goes_on_where_the_last_one_was(journal: Path) -> None:
    """Whether that one was closed or killed, and whoever appends in between."""
    OutcomeCounter(journal, ["counting"]).turn()
    with Writer(journal, max_size=1 << 30) as writer:
        writer.append([finished("0", source="counting"), finished("new", source="counting")])
    for _ in range(2):
        OutcomeCounter(journal, ["counting"]).turn()
    assert counted(journal) == 1201
    with Reader(journal) as reader:
        assert reader.positions() == {COUNTER: 1201}


def test_it_tells_when_each_source_was_last_heard_of(journal: Path) -> None:
    """From the start on, and not of sources that are no longer configured."""
    with Writer(journal, max_size=1 << 30) as writer:
        writer.append([finished("once", source="once"), finished("gone", source="gone")])
    OutcomeCounter(journal, []).turn()
    assert told("once") is None
    OutcomeCounter(journal, ["once", "unreadable", "never"])
    assert told("once") == NOON_UNIX
    assert told("unreadable") is not None
    assert told("gone") is None
    assert told("never") is None
