"""Bytes → a hash of them, without giving the interpreter lock up.

hashlib gives it up for more than 2047 bytes. For a callback's few KiB that is some microseconds:
too short for another thread to come in, while waking it for nothing takes as long (5 to 11 % of the
CPU time of a JSON callback, as `tests.bench` measures it).
"""

from typing import Final, Protocol

_PIECE: Final = 2047


class Hash(Protocol):
    """One of hashlib's."""

    def update(self, data: bytes, /) -> None:
        """As if `data` stood behind what came before."""
        ...


def feed(to: Hash, data: bytes) -> None:
    """All of `data`, in pieces."""
    for start in range(0, len(data), _PIECE):
        to.update(data[start : start + _PIECE])
