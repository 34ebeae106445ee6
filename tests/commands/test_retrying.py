"""What a callback in quarantine becomes when it is tried again: the parts that no command shows."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from msgspec import structs

from gateway.core.errors import Refused
from gateway.core.model import Entry
from gateway.core.pipeline import Confirm, Receipted, Source
from gateway.desk.retrying import Ending, Retry
from gateway.journal import Reader, Writer
from tests.commands.kept import unreadable
from tests.e2e.gateway import callback
from tests.sources import BOUND, OPEN, as_json, job

NOW = "2026-03-01T00:00:00.000000Z"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[tuple[Reader, Writer]]:
    """An empty one."""
    path = tmp_path / "journal.db"
    with Writer(path, max_size=1 << 28) as writer, Reader(path) as reader:
        yield reader, writer


async def tried(journal: tuple[Reader, Writer], source: Source, entry: Entry) -> Ending:
    """What became of the entry in quarantine."""
    reader, writer = journal
    writer.append([entry])
    assert entry.quarantine is not None
    retry = Retry(reader, writer, {"media": source})
    return (await retry.one(entry.quarantine.id, at=NOW)).ending


async def confirmed(made: Receipted) -> Receipted:
    """The vendor knows of it."""
    assert made.held is not None
    return structs.replace(made, entry=made.held, held=None)


async def unanswered(made: Receipted) -> Receipted:
    """The vendor says nothing."""
    return made


async def refuted(_made: Receipted) -> Receipted:
    """The vendor knows better."""
    raise Refused("confirm", "CI has no such job")


@pytest.mark.parametrize(
    ("confirm", "ending"),
    [
        (confirmed, Ending.ACCEPTED),
        (unanswered, Ending.FAILED),
        (refuted, Ending.FAILED),
    ],
)
async def test_the_vendor_is_asked_again(
    journal: tuple[Reader, Writer], confirm: Confirm, ending: Ending
) -> None:
    """Where the source has its events confirmed."""
    source = replace(OPEN, confirm=confirm)
    assert await tried(journal, source, unreadable(callback("j1"))) is ending
    assert journal[0].head() == (ending is Ending.ACCEPTED)


async def test_a_check_is_named_once(journal: tuple[Reader, Writer]) -> None:
    """Whether it was passed before or not."""
    for number, then in enumerate(("token", "token,bucket"), start=1):
        body = as_json(job(JobId=f"j{number}", Input={"BucketId": "test-123456789"}))
        kept = structs.replace(unreadable(body), verified_by=then)
        assert await tried(journal, BOUND, kept) is Ending.ACCEPTED
        (record,) = journal[0].newest(1)
        assert orjson.loads(record.event.json)["verifiedby"] == "token,bucket"


async def test_a_probe_leaves_nothing_but_the_quarantine(journal: tuple[Reader, Writer]) -> None:
    """It would be ignored today."""
    source = replace(OPEN, is_probe=lambda _document: True)
    assert await tried(journal, source, unreadable(callback("j1"))) is Ending.IGNORED
    assert journal[0].head() == 0
    assert journal[0].quarantine(10) == []
