"""Decoded document → the same, as an event can hold it: whole, and with JSON's own types.

For what no schema types because nobody has one. A number that neither 64 bits nor a double can hold
(an id of thirty digits, `1e400`) is its text, digit by digit; everything else stays what it is,
also null and the empty.
"""

import math
from typing import Final

import jiter

from gateway.core.model import Value

_LEAST: Final = -(2**63)
_MOST: Final = 2**64 - 1


def verbatim(value: Value) -> Value:
    """A copy of `value` that `orjson` can write; lists of one and white space are kept too."""
    if isinstance(value, str | bool):  # before the integers: compiled, a truth would become one
        return value
    if isinstance(value, dict):
        return {name: verbatim(child) for name, child in value.items()}
    if isinstance(value, list):
        return [verbatim(child) for child in value]
    if isinstance(value, jiter.LosslessFloat):
        number = float(value)
        return number if math.isfinite(number) else str(value)
    if isinstance(value, int):
        return value if _LEAST <= value <= _MOST else str(value)
    return value
