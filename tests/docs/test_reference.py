"""The reference page is what the code makes of it, and has everything that an operator may meet."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.cli import main
from gateway.core.errors import Reason
from gateway.manual.answers import CAUSES, FAULTS, REASONS
from gateway.manual.commands import leaves
from gateway.manual.page import FILE, page
from gateway.observe.metrics import RESTART_CAUSES
from gateway.publish.lane import Fault
from gateway.settings import config_schema
from gateway.settings.checks import CHECKS

PAGE = page()


def test_the_committed_page_is_what_would_be_written() -> None:
    """After a change of settings, metrics, reasons or commands: python -m gateway.manual"""
    assert FILE.read_text("utf-8") == PAGE, "to write it: python -m gateway.manual"


def test_every_word_of_a_closed_set_has_a_meaning() -> None:
    """And nothing that is not there has one."""
    assert set(REASONS) == {*map(str, Reason)}
    assert set(FAULTS) == {*map(str, Fault)}
    assert set(CAUSES) == set(RESTART_CAUSES)


def keys(schema: dict[str, Any]) -> Iterator[str]:
    """The names of all settings, wherever they stand."""
    for part in (schema, *schema["$defs"].values()):
        yield from part.get("properties", {})


def test_every_setting_and_every_check_is_on_the_page_with_a_meaning() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    known = {row.split("`")[1].rpartition(".")[2] for row in rows}
    assert {*keys(config_schema()), *CHECKS} - known == set()
    assert [row for row in rows if row.endswith("|  |")] == []


def test_every_command_is_on_the_page() -> None:
    names = [" ".join(path) for path, _ in leaves(main, ())]
    assert [name for name in names if f"### gateway {name}\n" not in PAGE] == []


def test_a_page_is_the_same_whoever_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the width of a terminal nor a configuration changes it."""
    monkeypatch.setenv("COLUMNS", "40")
    assert page() == PAGE
