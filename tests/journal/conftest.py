"""A journal of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.journal import Reader, Upkeep, Writer

GIB = 1 << 30


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal that does not exist yet, in a folder that does not either."""
    return tmp_path / "var" / "journal.db"


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    """Writes to it."""
    with Writer(path, max_size=GIB) as writer:
        yield writer


@pytest.fixture
def reader(path: Path) -> Iterator[Reader]:
    """Reads it."""
    with Reader(path) as reader:
        yield reader


@pytest.fixture
def upkeep(path: Path) -> Iterator[Upkeep]:
    """Keeps it small."""
    with Upkeep(path) as upkeep:
        yield upkeep
