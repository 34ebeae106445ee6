"""How far a run is, on stderr: a bar on a terminal, a line now and then anywhere else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TextColumn, TimeRemainingColumn

from tests.fuzz.run import Progress
from tests.fuzz.tally import Tally

_EACH: Final = 100
_SECONDS: Final = 10.0


@contextmanager
def progress(inputs: int) -> Iterator[Progress]:
    """What to tell of each input."""
    if sys.stderr.isatty():
        with Bar(
            *Bar.get_default_columns()[:-1],
            TextColumn("{task.completed:,.0f} of {task.total:,.0f}, {task.fields[failed]} failed"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        ) as bar:
            yield _on(bar, inputs)
    else:
        yield _Lines(inputs)


def _on(bar: Bar, inputs: int) -> Progress:
    task = bar.add_task("inputs", total=inputs, failed=0)

    def tell(tally: Tally) -> None:
        done = tally.done
        if done % _EACH == 0 or done == inputs:
            bar.update(task, completed=done, failed=tally.failed)

    return tell


class _Lines:
    """At most one line in ten seconds."""

    def __init__(self, inputs: int) -> None:
        self._inputs = inputs
        self._started = monotonic()
        self._told = self._started

    def __call__(self, tally: Tally) -> None:
        now = monotonic()
        if now - self._told < _SECONDS:
            return
        self._told = now
        rate = tally.done / (now - self._started)
        text = f"{tally.done:,} of {self._inputs:,} inputs, {rate:.0f}/s, {tally.failed} failed"
        print(text, file=sys.stderr, flush=True)
