"""Whatever is appended, retained and reopened: the journal is what a list would be."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.core.model import Receipt
from gateway.journal import Reader, Upkeep, Writer
from tests.journal.entries import LATE, callback, event, unreadable

NAMES = st.text("abcdefghijk", min_size=1, max_size=2)
CALLBACKS = st.lists(NAMES, min_size=1, max_size=3).map(tuple)
BATCHES = st.lists(st.one_of(CALLBACKS, st.none()), max_size=12)


class JournalHistory(RuleBasedStateMachine):
    """`log` is the whole history; the journal has all of it but the first `gone`."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name, "journal.db")
        self.log: list[tuple[str, bytes]] = []
        self.gone = 0
        self.bodies = 0
        self.quarantined = 0
        self.open()

    def open(self) -> None:
        self.writer = Writer(self.path, max_size=1 << 30)
        self.reader = Reader(self.path)

    def teardown(self) -> None:
        self.writer.close()
        self.reader.close()
        self.folder.cleanup()

    @rule(batch=BATCHES)
    def append(self, batch: list[tuple[str, ...] | None]) -> None:
        """None stands for a callback that goes to quarantine."""
        entries = []
        expected = []
        for names in batch:
            if names is None:
                entries.append(unreadable("x"))
                self.quarantined = 1
                expected.append(Receipt(duplicate=False))
                continue
            self.bodies += 1
            body = str(self.bodies).encode()
            known = {name for name, _ in self.log[self.gone :]}
            new = [name for name in dict.fromkeys(names) if name not in known]
            self.log += [(name, body) for name in new]
            entries.append(callback(*names, body=body))
            expected.append(Receipt(duplicate=not new))
        assert self.writer.append(entries) == expected

    @rule()
    def reopen(self) -> None:
        self.writer.close()
        self.reader.close()
        self.open()

    @rule(passed=st.integers(0, 60))
    def retain(self, passed: int) -> None:
        """Whole callbacks go that the route has passed, but never the newest."""
        self.reader.advance("route", passed)
        bodies = [body for _, body in self.log]
        firsts = [at for at in range(1, len(bodies)) if bodies[at] != bodies[at - 1]]
        cut = max([self.gone, *(first for first in firsts if first <= passed)])
        with Upkeep(self.path) as upkeep:
            assert upkeep.retain(LATE, ["route"]) - self.quarantined == cut - self.gone
        self.gone, self.quarantined = cut, 0

    @rule()
    def checkpoint(self) -> None:
        with Upkeep(self.path, max_size=4) as upkeep:
            upkeep.checkpoint()

    @invariant()
    def is_the_list(self) -> None:
        records = self.reader.read(0, limit=10_000, max_bytes=1 << 30)
        assert [
            (record.seq, record.event, self.reader.raw(record.seq).body) for record in records
        ] == [
            (self.gone + index, event(name), body)
            for index, (name, body) in enumerate(self.log[self.gone :], start=1)
        ]
        assert self.reader.head() == len(self.log)
        assert self.reader.count() == len(self.log) - self.gone
        assert len(self.reader.quarantine(10)) == self.quarantined


TestJournalHistory = JournalHistory.TestCase
TestJournalHistory.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
