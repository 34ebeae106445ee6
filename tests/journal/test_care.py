"""Checking a journal's file, copying it while it is written to, making it smaller."""

import os
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import orjson
import pytest
from msgspec import structs

from gateway.core.model import Entry, Event
from gateway.journal import JournalError, Reader, Upkeep, Writer, care
from tests.journal.entries import LATE, callback, identity

Steps = list[tuple[int, int]]


def named(*names: str, body: bytes = b"<a/>") -> Entry:
    """A callback whose events' JSON has their ids, as all real ones have."""

    def with_id(event: Event) -> Event:
        return structs.replace(event, json=orjson.dumps({"id": event.id}))

    entry = callback(*names, body=body)
    return structs.replace(entry, events=tuple(map(with_id, entry.events)))


def faults(path: Path) -> list[str]:
    """All that is wrong."""
    return [*care.structure(path), *care.contents(path, lambda _done, _total: None)]


def change(path: Path, statement: str) -> None:
    """What no gateway would do."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(statement)


def test_a_journal_is_well(path: Path, writer: Writer, upkeep: Upkeep) -> None:
    """Also one whose beginning was deleted, or that is empty."""
    assert faults(path) == []
    steps: Steps = []
    writer.append([named(f"{number}", f"{number}b") for number in range(1_500)])
    upkeep.retain(LATE, ["none"])
    writer.append([named("last")])
    upkeep.checkpoint()

    assert care.structure(path) == []
    assert list(care.contents(path, lambda done, total: steps.append((done, total)))) == []
    assert steps == [(1_000, 3_001), (2_000, 3_001), (3_000, 3_001), (3_001, 3_001)]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DELETE FROM events WHERE seq IN (3, 4)", "events 3 to 4 are missing"),
        ("UPDATE events SET body = NULL WHERE seq = 2", "event 2: the callback it came with is"),
        ("UPDATE events SET event = x'7b' WHERE seq = 2", f"event 2: .* event {identity('1')}"),
        ("UPDATE events SET event = '[]' WHERE seq = 2", f"event 2: .* event {identity('1')}"),
        ("UPDATE events SET id = x'00' WHERE seq = 2", "event 2: its JSON is not that of .* 00"),
    ],
)
def test_what_is_missing_or_wrong_is_found(path: Path, statement: str, fault: str) -> None:
    with Writer(path, max_size=1 << 30) as writer:
        writer.append([named(f"{number}") for number in range(5)])
    change(path, statement)

    (found,) = faults(path)
    assert re.search(fault, found)


def test_a_damaged_page_is_found(path: Path) -> None:
    """In the index, where reading events would not meet it."""
    with Writer(path, max_size=1 << 30) as writer:
        writer.append([named(f"{number}") for number in range(500)])
    with closing(sqlite3.connect(path)) as db:
        (root,) = db.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_events_1'"
        ).fetchone()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = os.urandom(4096)
    path.write_bytes(content)

    assert care.structure(path) != []


def test_a_copy_is_whole_though_the_journal_grows(
    path: Path, writer: Writer, tmp_path: Path
) -> None:
    """One moment of it: each event with all before it, and the positions."""
    target, ended, steps = tmp_path / "copy.db", Flag(), Steps()
    writer.append([named(f"{number}", body=bytes(20_000)) for number in range(1_000)])

    def grow() -> None:
        number = 1_000
        with Writer(path, max_size=1 << 30) as other, Upkeep(path) as upkeep:
            while not ended.is_set():
                other.append([named(f"{number}")])
                upkeep.checkpoint()
                number += 1

    growing = Thread(target=grow)
    growing.start()
    try:
        copied = care.copy(path, target, lambda done, total: steps.append((done, total)))
    finally:
        ended.set()
        growing.join()

    assert len(steps) > 1
    assert steps[-1][0] == steps[-1][1]
    assert target.stat().st_size == copied
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert faults(target) == []
    with Reader(target) as reader, Reader(path) as original:
        assert 1_000 <= reader.count() <= original.count()
    assert not list(tmp_path.glob("*.part"))


def test_a_copy_replaces_nothing(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_bytes(b"precious")
    Writer(path, max_size=1 << 20).close()

    with pytest.raises(JournalError, match=r"copy\.db: is there already"):
        care.copy(path, target, lambda _done, _total: None)

    assert target.read_bytes() == b"precious"
    assert [each.name for each in tmp_path.glob("copy*")] == ["copy.db"]


def test_unused_space_is_given_back(path: Path) -> None:
    """Numbers and positions stay."""
    with Writer(path, max_size=1 << 30) as writer, Upkeep(path) as upkeep, Reader(path) as reader:
        writer.append([named(f"{number}", body=bytes(9_000)) for number in range(100)])
        reader.advance("jobs", 95)
        upkeep.retain(LATE, ["jobs"])
        upkeep.checkpoint()

    sizes = care.compact(path)

    assert sizes.after == path.stat().st_size < sizes.before / 5
    with Reader(path) as reader, Writer(path, max_size=1 << 30) as writer:
        assert (reader.count(), reader.head(), reader.position("jobs")) == (5, 100, 95)
        writer.append([named("new")])
        assert reader.head() == 101
    assert faults(path) == []


def test_a_journal_in_use_is_not_compacted(path: Path, writer: Writer) -> None:
    """Its receivers would refuse callbacks for so long."""
    with pytest.raises(JournalError, match=r"journal\.db: another process has it open"):
        care.compact(path)
    writer.append([named("a")])
