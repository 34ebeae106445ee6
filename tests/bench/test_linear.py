"""The law of `python -m tests.bench.linear`, by counting calls instead of time: exact and quick."""

import sys
from types import FrameType

import pytest

from gateway.core.pipeline import process
from tests.bench.linear import FAMILIES, FORMS, sized
from tests.sources import OPEN, callback

SMALL, LARGE = 16 << 10, 128 << 10
MORE = 1.1
"""How many times as many calls a byte of the larger body may take."""


def calls(body: bytes) -> int:
    """How many functions, of Python and of C, run to process `body`."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    request = callback(body)
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        made = process(request, OPEN)
    finally:
        sys.setprofile(before)
    assert made.entry.quarantine is None
    return count


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_calls_of_a_callback_are_in_proportion_to_its_size(family: str, form: str) -> None:
    """Eight times the size is eight times the calls, whatever there is more of."""
    small, large = (sized(family, form, size) for size in (SMALL, LARGE))
    process(callback(small), OPEN)  # what is built once is built
    assert calls(large) / len(large) <= MORE * calls(small) / len(small)
