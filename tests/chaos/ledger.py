"""What a sender knows: every try and what became of it, on disk before the next one.

Nothing here comes from the gateway but its answers. In memory are only counts, and what was
accepted within the last minutes, to see that it is again.
"""

import json
import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_REMEMBERED_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to hand over the `number`-th callback of the job `key`.

    `at`: when it began, `seconds`: until its outcome; `event`: the id in an answer 200, else empty.
    """

    at: float
    seconds: float
    key: str
    number: int
    outcome: str
    event: str = ""


class Ledger:
    """All attempts of a run, in the order of their outcomes; one line of JSON each in `file`."""

    def __init__(self, file: Path) -> None:
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0
        """Seconds of the slowest answer 200."""
        self.accepted = 0
        """Callbacks that were answered 200: a sender does not repeat those."""
        self._file = file
        self._lines = file.open("w")
        self._recent: deque[tuple[float, float]] = deque()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()

    def write(self, attempt: Attempt) -> None:
        """Keep what became of a try."""
        self._lines.write(json.dumps(asdict(attempt)) + "\n")
        self._lines.flush()
        self.outcomes[attempt.outcome] += 1
        if attempt.event:
            self._remember(attempt.at, attempt.at + attempt.seconds)
            self.slowest = max(self.slowest, attempt.seconds)
            self.accepted += 1

    def attempts(self) -> Iterator[Attempt]:
        """All of them, from the file."""
        with self._file.open() as lines:
            for line in lines:
                yield Attempt(**json.loads(line))

    def accepted_after(self, moment: float) -> float | None:
        """When the first try that began after `moment` was answered 200."""
        first = None
        with self._lock:
            for began, answered in reversed(self._recent):
                if answered < moment:
                    break
                if began >= moment:
                    first = answered
        return first

    def accepted_between(self, start: float, end: float) -> int:
        """How many callbacks were handed over, from try to answer, in this time; not long ago."""
        with self._lock:
            return sum(start <= began and answered <= end for began, answered in self._recent)

    def count(self, beginning: str) -> int:
        """How many tries had an outcome that begins so."""
        return sum(n for what, n in self.outcomes.copy().items() if what.startswith(beginning))

    def _remember(self, began: float, answered: float) -> None:
        with self._lock:
            self._recent.append((began, answered))
            while self._recent[0][1] < answered - _REMEMBERED_SECONDS:
                self._recent.popleft()
