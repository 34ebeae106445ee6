"""What commands print: tables on a terminal, lines elsewhere, and a bar while something takes long.

Whoever sent a callback is a stranger: nothing in it may steer a terminal.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import click

Row = Sequence[str]
_COLOURS: Final = {
    **dict.fromkeys(("ok", "success"), "green"),
    **dict.fromkeys(("warn", "canceled", "paused", "unknown"), "yellow"),
    **dict.fromkeys(("fail", "failure"), "bold red"),
}
"""Of a cell that says nothing else; on a terminal, and not where NO_COLOR is set."""
Step = Callable[[int, int], None]
"""Told how much is done, of how much."""


def print_rows(columns: Row, rows: Iterable[Row]) -> None:
    """A table on a terminal, with a header where there are `columns`; elsewhere one line each."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("  ".join(map(printable, row)))
        return
    # here, because most commands run without a terminal, and start faster without it
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False, show_header=bool(columns))
    for row in rows:
        table.add_row(*(Text(printable(text), _COLOURS.get(text, "")) for text in row))
    for column in table.columns:
        column.overflow = "fold"
    for column in table.columns[:1]:  # an id, which other commands take whole
        column.no_wrap, column.min_width = True, max(map(len, map(str, column.cells)), default=0)
    if table.row_count:
        Console().print(table)


def printable(text: str) -> str:
    """With every control character spelled out."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)


def size(count: int) -> str:
    """Bytes for people: `1.5 MiB`."""
    amount, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:.1f} {unit}" if unit != "B" else f"{count} B"


def duration(seconds: float) -> str:
    """For people: `90 s`, `5 min`, `12 h`, `7 d`."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


@contextmanager
def progress(what: str) -> Iterator[Step]:
    """A bar on stderr while the block runs, where that is a terminal; it moves with each step."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=Console(stderr=True),
        redirect_stdout=sys.stdout.isatty(),  # above the bar; but what goes to a file goes there
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
