"""No threat without a test or a reason, and no test that is not there."""

import ast
from pathlib import Path

import pytest

from tests.threats.table import THREATS, Threat

TESTS = Path(__file__).parents[1]


def is_there(test: str) -> bool:
    """A file of tests, or a function in one."""
    file, _, name = test.partition("::")
    if not (TESTS / file).is_file():
        return False
    body = ast.parse((TESTS / file).read_text()).body
    defined = [
        node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return name in defined if name else any(each.startswith("test_") for each in defined)


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat.what)
def test_every_threat_has_tests_that_are_there_or_a_reason(threat: Threat) -> None:
    """Whoever renames a test renames it here."""
    assert threat.tests or threat.because
    assert [test for test in threat.tests if not is_there(test)] == []


def test_what_is_not_there_is_noticed() -> None:
    """A file or a function of another name."""
    here = "threats/test_table.py"
    assert [is_there(test) for test in (here, f"{here}::is_there", f"{here}::test_no", "x.py")] == [
        *(True, True),
        *(False, False),
    ]
