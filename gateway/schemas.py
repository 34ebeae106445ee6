"""Where the published schemas are: beside the package in a checkout, inside it when installed."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson

_INSTALLED = Path(__file__).parent / "schemas"
FOLDER = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[1] / "schemas"


@cache
def documents(provider: str) -> tuple[dict[str, Any], ...]:
    """Every schema document of one provider, in the order of their paths."""
    return tuple(_documents(FOLDER / provider))


def _documents(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.rglob("*.json")):
        yield orjson.loads(path.read_bytes())
