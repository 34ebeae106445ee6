"""Who writes: the producer id by which a broker knows a batch that it has written already.

A batch carries the id of its writer, and the number of its first record among all that the writer
has put into the partition. When the answer to it was lost it is sent again as it was, and a broker
that has it answers without writing it twice (Kafka's idempotent producer, KIP-98).
"""

from dataclasses import dataclass
from typing import Final

ANONYMOUS: Final = -1
_SEQUENCES: Final = 1 << 31


@dataclass(slots=True)
class Identity:
    """Of a route's lanes. Where batches may be lost that are not sent again as they were, lanes
    need another one: under one identity a number never stands for two records."""

    id: int | None = None
    """None until Kafka has given one; `ANONYMOUS`: it gives none, and repeats are written twice."""
    epoch: int = ANONYMOUS


def following(sequence: int, count: int) -> int:
    """The number of the next record after `count` records from `sequence` on."""
    return (sequence + count) % _SEQUENCES
