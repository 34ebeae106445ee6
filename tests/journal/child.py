"""`python -m tests.journal.child PATH PREFIX COUNT SIZE`: a receiver reduced to its journal.

Appends COUNT callbacks, SIZE at a time, and prints the ids of each batch after its receipts.
"""

import sys
from pathlib import Path

from gateway.journal import Writer
from tests.journal.entries import callback, identity


def main(path: str, prefix: str, count: int, size: int) -> None:
    """Until all are appended, or until it is killed."""
    with Writer(Path(path), max_size=1 << 30) as writer:
        for start in range(0, count, size):
            names = [f"{prefix}-{number}" for number in range(start, start + size)]
            writer.append([callback(name, body=bytes(3_000)) for name in names])
            print(*map(identity, names), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
