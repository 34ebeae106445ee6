"""The sender's attempts and what came back from Kafka → what was lost, repeated or out of order.

Pure, so that it can be shown to find what it looks for. The gateway owes: every callback that was
answered 200, under the id that the answer gave; nothing that was never sent; and for each key the
order of its callbacks, both as they first came and as they last came, since a repeat after a crash
repeats a stretch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.ledger import Attempt
from tests.e2e.delivery import Delivered, duplicates, inversions


@dataclass(frozen=True, slots=True)
class Account:
    """What a run comes to; in `lost`, `ghosts` and `altered` nothing may be."""

    sent: int
    """Different callbacks."""
    accepted: int
    published: int
    """Different events that came back."""
    unpromised: int
    """Events that came back though no answer 200 was seen: allowed."""
    lost: list[Attempt]
    duplicates: int
    inversions: dict[str, list[int]]
    ghosts: list[Delivered]
    """Came back and were never sent."""
    altered: list[Delivered]
    """Came back under another id than the sender was told."""

    @property
    def is_good(self) -> bool:
        """Whether the gateway has kept its promises."""
        return not (self.lost or self.inversions or self.ghosts or self.altered)


def account(attempts: Sequence[Attempt], records: Sequence[Delivered]) -> Account:
    """Hold the records, those of each key in the order of their offsets, against the attempts."""
    tried = {(each.key, each.number) for each in attempts}
    promised = {(each.key, each.number): each for each in attempts if each.event}
    there = {record.event for record in records}
    known = {each.event for each in promised.values()}
    return Account(
        sent=len(tried),
        accepted=len(promised),
        published=len(there),
        unpromised=len(there - known),
        lost=[each for each in promised.values() if each.event not in there],
        duplicates=duplicates(list(records)),
        inversions=inversions(records),
        ghosts=[record for record in records if (record.key, record.number) not in tried],
        altered=[record for record in records if _is_altered(record, promised)],
    )


def _is_altered(record: Delivered, promised: dict[tuple[str, int], Attempt]) -> bool:
    told = promised.get((record.key, record.number))
    return told is not None and told.event != record.event
