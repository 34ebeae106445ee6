"""The law of `python -m tests.bench.linear`, by counting calls instead of time: exact and quick."""

import json
import subprocess
import sys
from typing import Final

import pytest

from tests.bench.linear import FAMILIES, FORMS

MORE: Final = 1.1
"""How many times as many calls a byte of the larger body may take."""

Counted = dict[str, dict[str, float]]


@pytest.fixture(scope="module")
def counted() -> Counted:
    """Of every family and form."""
    command = [sys.executable, "-m", "tests.bench.counted"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    found: Counted = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_calls_of_a_callback_are_in_proportion_to_its_size(
    counted: Counted, family: str, form: str
) -> None:
    """Eight times the size is eight times the calls, whatever there is more of."""
    calls = counted[f"{family}-{form}"]
    assert calls["large"] <= MORE * calls["small"]
