"""A scrape, which comes for as long as the gateway runs."""

import os
import sys
from pathlib import Path

import pytest
from prometheus_client.exposition import generate_latest

from gateway.observe.shared import VARIABLE
from gateway.processes.scraping import registry_of
from tests.admin.operated import configured, fill


def test_a_scrape_enters_no_name_into_the_interpreters_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of strings that are interned. Names that come and go make it grow, to 2 MiB, and each time
    that it is full it is made anew, in the memory of whichever thread."""
    settings = configured(tmp_path)
    fill(settings.journal.path)
    (tmp_path / "metrics").mkdir()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "metrics"))
    registry = registry_of(lambda: settings, lambda: {"supervisor": os.getpid()})
    first = generate_latest(registry())
    entered: list[str] = []

    def intern(name: str) -> str:
        entered.append(name)
        return name

    monkeypatch.setattr(sys, "intern", intern)
    again = generate_latest(registry())
    monkeypatch.undo()
    assert b"gateway_journal_events 5.0" in first
    assert again.count(b"\n") == first.count(b"\n")
    assert entered == []
