"""Twelve ways to break a promise, and for each the tests that must see it.

A mutant is a patch, in `patches` under its name. A patch that no longer applies is made anew: make
the change by hand, and keep its `git diff -U2`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PATCHES: Final = Path(__file__).parent / "patches"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change for the worse: `does` says what the gateway does then; `tests` are pytest's ids."""

    name: str
    does: str
    tests: tuple[str, ...]

    @property
    def patch(self) -> Path:
        """The change."""
        return PATCHES / f"{self.name}.patch"


MUTANTS: Final = (
    Mutant(
        "m1-ack-before-durable",
        "answers before the commit",
        ("tests/journal/test_appender.py::test_a_failed_commit_is_told_to_all_who_waited_for_it",),
    ),
    Mutant(
        "m2-drop-when-full",
        "answers 200 and drops when the journal is full",
        ("tests/journal/test_appender.py::test_a_failed_commit_is_told_to_all_who_waited_for_it",),
    ),
    Mutant(
        "m3-skip-fsync",
        "commits without waiting for the disk",
        ("tests/journal/test_writer.py::test_a_commit_waits_for_the_disk",),
    ),
    Mutant(
        "m4-swallow-publish-errors",
        "takes a lost answer of Kafka for an acknowledgement",
        ("tests/publish/test_producer.py::test_without_an_answer_the_records_go_again",),
    ),
    Mutant(
        "m5-dedupe-before-durable",
        "takes a repeat of what was refused for a duplicate",
        (
            "tests/journal/test_appender.py::test_what_was_refused_is_no_duplicate_when_it_comes_again",
        ),
    ),
    Mutant(
        "m6-position-before-ack",
        "keeps a position before Kafka has acknowledged",
        ("tests/publish/test_reader.py::test_position_is_before_the_first_that_is_held",),
    ),
    Mutant(
        "m7-one-replica-is-enough",
        "publishes with acks=1",
        ("tests/publish/test_producer.py::test_every_replica_in_sync_must_have_written",),
    ),
    Mutant(
        "m8-one-of-ten-thousand",
        "loses one event in 10,000",
        ("tests/publish/test_many.py::test_each_of_many_events_arrives",),
    ),
    Mutant(
        "m9-wal-deleted-at-start",
        "starts without the journal's write-ahead log",
        ("tests/journal/test_recovery.py::test_a_crash_is_no_damage",),
    ),
    Mutant(
        "m10-signature-by-its-prefix",
        "compares the beginnings of signatures, with ==",
        ("tests/laws/test_checks.py::test_any_flipped_byte_is_refused",),
    ),
    Mutant(
        "m11-doctype-let-in",
        "hands a DOCTYPE to the XML parser",
        ("tests/core/test_decode.py::test_a_document_type_is_refused_before_it_costs_anything",),
    ),
    Mutant(
        "m12-journal-closed-before-requests",
        "closes the journal before requests in flight are done",
        ("tests/supervisor/test_stopping.py::test_a_request_in_flight_is_finished[2.5]",),
    ),
)
