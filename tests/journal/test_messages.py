"""A signed message stands for its events: the same id with others makes no second event."""

import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import structs

from gateway.core.errors import Reason
from gateway.core.model import Entry, Quarantine, Receipt, quarantine_id
from gateway.journal import Among, Reader, Upkeep, Writer
from tests.journal.entries import EARLY, LATE, callback, unreadable

NEW = Receipt(duplicate=False)
DUPLICATE = Receipt(duplicate=True)
GIB = 1 << 30


def message(name: str, *events: str, body: bytes = b"{}", source: str = "media") -> Entry:
    """A callback that its sender calls `name`, received early."""
    return structs.replace(callback(*events, body=body, at=EARLY), message_id=name, source=source)


def held(name: str, body: bytes = b"{}") -> Receipt:
    """What the journal says of one that is repeated with other events."""
    detail = f"the message {name} stood for other events before"
    why = Quarantine(quarantine_id("media", body), Reason.REPLAYED, detail)
    return Receipt(duplicate=False, quarantine=why)


def names(reader: Reader) -> list[str]:
    """The events there are."""
    return [each.event.json.decode().strip('"') for each in reader.newest(10_000)]


def messages(path: Path) -> int:
    """How many are remembered."""
    with closing(sqlite3.connect(path)) as db:
        ((count,),) = db.execute("SELECT count(*) FROM messages")
        return int(count)


def test_a_message_that_is_sent_again_is_a_duplicate(writer: Writer, reader: Reader) -> None:
    """As a sender does that had no answer; however often, and however its bytes are spelt."""
    assert writer.append([message("m", "a", "b")]) == [NEW]
    assert writer.append([message("m", "a", "b")]) == [DUPLICATE]
    assert writer.append([message("m", "a", "b", body=b"{ }")] * 2) == [DUPLICATE] * 2
    assert names(reader) == ["a", "b"]


@pytest.mark.parametrize("others", [("b",), ("a", "b"), ("b", "a"), ()])
def test_a_message_with_other_events_is_kept_in_quarantine(
    writer: Writer, reader: Reader, others: Sequence[str]
) -> None:
    """With its bytes, so that nothing authentic is lost, and no event of it is made."""
    writer.append([message("m", "a", "c")])
    assert writer.append([message("m", *others, "d", body=b"other")]) == [held("m", b"other")]
    assert names(reader) == ["a", "c"]
    (kept,) = reader.quarantine(10)
    raw = reader.quarantined_raw(kept.id)
    assert (kept.reason, kept.verified_by) == (Reason.REPLAYED, "token,bucket")
    assert raw is not None
    assert raw.body == b"other"


def test_it_is_known_after_a_restart(path: Path) -> None:
    with Writer(path, max_size=GIB) as writer:
        assert writer.append([message("m", "a")]) == [NEW]
    with Writer(path, max_size=GIB) as writer:
        assert writer.append([message("m", "b"), message("m", "a")]) == [held("m"), DUPLICATE]


def test_receivers_that_get_it_at_once_make_one_event(path: Path, reader: Reader) -> None:
    """Whichever is first; the others' are in quarantine."""

    def receive(name: str) -> list[Receipt]:
        with Writer(path, max_size=GIB) as writer:
            return [
                receipt
                for number in range(50)
                for receipt in writer.append([message(str(number), f"{name} {number}")])
            ]

    with ThreadPoolExecutor(3) as pool:
        receipts = [*pool.map(receive, ["x", "y", "z"])]
    for number, each in enumerate(zip(*receipts, strict=True)):
        assert (each.count(NEW), each.count(held(str(number)))) == (1, 2)
    assert len(names(reader)) == 50


def test_one_batch_may_have_it_twice(writer: Writer, reader: Reader) -> None:
    batch = [message("m", "a"), callback("x"), message("m", "b"), message("n", "b")]
    assert writer.append(batch) == [NEW, NEW, held("m"), NEW]
    assert names(reader) == ["a", "x", "b"]


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 600])
def test_any_number_of_messages_may_come_at_once(
    writer: Writer, reader: Reader, path: Path, size: int
) -> None:
    first = [message(f"m{number}", f"event {number}") for number in range(size)]
    other = [message(f"m{number}", f"other {number}") for number in range(size)]
    assert writer.append(first) == [NEW] * size
    assert [receipt.quarantine is None for receipt in writer.append(other)] == [False] * size
    assert writer.append(first) == [DUPLICATE] * size
    assert names(reader) == [f"event {number}" for number in range(size)]
    assert messages(path) == size


def test_an_id_is_its_sources_own(writer: Writer) -> None:
    """Another sender may use it, and ids that begin alike are others."""
    writer.append([message("m", "a")])
    assert writer.append([message("m", "b", source="other")]) == [NEW]
    assert writer.append([message("m1", "c"), message("M", "d")]) == [NEW, NEW]


def test_content_that_was_there_before_takes_an_id_too(writer: Writer) -> None:
    writer.append([callback("a")])
    assert writer.append([message("m", "a"), message("m", "b")]) == [DUPLICATE, held("m")]


def test_what_makes_no_event_takes_no_id(writer: Writer, path: Path) -> None:
    """What was in quarantine for a schema that has changed since is welcome."""
    writer.append([structs.replace(unreadable("x"), message_id="m")])
    assert messages(path) == 0
    assert writer.append([message("m", "a")]) == [NEW]


def test_callbacks_without_an_id_are_not_remembered(writer: Writer, path: Path) -> None:
    writer.append([callback("a"), callback("b")])
    writer.append([callback("c", "d")])
    assert messages(path) == 0


def test_an_id_is_known_for_as_long_as_its_event(
    writer: Writer, upkeep: Upkeep, path: Path
) -> None:
    """Both go with `retention`; the newest event always stays."""
    writer.append([message("old", "a", "b")])
    writer.append([message("new", "c")])
    assert upkeep.retain(LATE, []) == 2
    assert messages(path) == 1
    assert writer.append([message("new", "x"), message("old", "y")]) == [held("new"), NEW]


def test_it_is_only_tried_again_where_it_is_asked_for(writer: Writer, reader: Reader) -> None:
    """By its id or its reason, and not among all: it may be forged."""
    writer.append([message("m", "a")])
    writer.append([message("m", "b"), unreadable("x")])
    replayed, broken = (each.id for each in reader.quarantine(10))
    assert reader.quarantine_ids(Among()) == [broken]
    assert reader.quarantine_ids(Among(source="media")) == [broken]
    assert reader.quarantine_ids(Among(reason="replayed")) == [replayed]


def test_a_retried_callback_is_not_asked_for_its_message(writer: Writer, reader: Reader) -> None:
    """An operator has looked at it and decided."""
    writer.append([message("m", "a")])
    (receipt,) = writer.append([message("m", "b")])
    assert receipt.quarantine is not None
    assert writer.resolve(receipt.quarantine.id, callback("b"), at=LATE) == NEW
    assert names(reader) == ["a", "b"]
