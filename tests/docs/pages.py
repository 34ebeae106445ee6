"""The pages for users, and the commands in them.

What stands in a block ```` ```sh run ```` can be pasted as it stands; the blocks of one page belong
together, in their order. Other blocks `sh` need what only their readers have.
"""

import re
from pathlib import Path
from textwrap import dedent
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = [*sorted((ROOT / "deploy/docs").glob("*.md")), ROOT / "deploy/security.md"]
_BLOCK: Final = re.compile(r"^ *```sh( run)?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[str]:
    """The shell commands of a page, one text for each block."""
    return [dedent(text) for _, text in _BLOCK.findall(page.read_text("utf-8"))]


def script(page: Path) -> str:
    """All that can be pasted."""
    found = _BLOCK.findall(page.read_text("utf-8"))
    return "\n".join(dedent(text) for run, text in found if run)


def prose(page: Path) -> str:
    """A page without its blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
