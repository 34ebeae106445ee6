"""What senders know, held against what came back from Kafka → what was lost, repeated, disordered.

The gateway owes: every callback that was answered 200, under the id that the answer gave; nothing
that was never sent; and for each job the order of its callbacks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.e2e.delivery import Delivered, duplicates, inversions


@dataclass(frozen=True, slots=True)
class Try:
    """One callback that was sent once: the `number`-th of the job `key`, begun at `at` (monotonic).

    `event`: the id in an answer 200, else empty.
    """

    at: float
    key: str
    number: int
    outcome: str
    event: str = ""


class Ledger:
    """All tries of a run, in the order of their outcomes."""

    def __init__(self) -> None:
        self.tries: list[Try] = []
        self.accepted = 0
        """How many were answered 200."""

    def write(self, one: Try) -> None:
        """Keep what became of a try."""
        self.tries.append(one)
        self.accepted += bool(one.event)


@dataclass(frozen=True, slots=True)
class Account:
    """What a run comes to; of `lost`, `disordered`, `ghosts` and `altered` there may be none."""

    accepted: int
    published: int
    """Different events that came back."""
    unpromised: int
    """Events that came back though no answer 200 was seen: allowed."""
    duplicates: int
    lost: list[Try]
    disordered: dict[str, list[int]]
    ghosts: list[Delivered]
    """Came back and were never sent."""
    altered: list[Delivered]
    """Came back under another id than the sender was told."""

    @property
    def is_good(self) -> bool:
        """Whether the gateway has kept its promises."""
        return not (self.lost or self.disordered or self.ghosts or self.altered)


def account(tries: Sequence[Try], records: Sequence[Delivered]) -> Account:
    """The records are those of each key in the order of their offsets."""
    told = {(one.key, one.number): one.event for one in tries}
    there = {record.event for record in records}
    known = {one.event for one in tries if one.event}
    return Account(
        accepted=len(known),
        published=len(there),
        unpromised=len(there - known),
        duplicates=duplicates(list(records)),
        lost=[one for one in tries if one.event and one.event not in there],
        disordered=inversions(records),
        ghosts=[record for record in records if (record.key, record.number) not in told],
        altered=[
            record
            for record in records
            if told.get((record.key, record.number), "") not in ("", record.event)
        ],
    )
