"""What a sender knows: every try and what became of it, on disk before the next one.

Nothing here comes from the gateway but its answers.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self


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
        self.attempts: list[Attempt] = []
        self.accepted = 0
        """Callbacks that were answered 200: a sender does not repeat those."""
        self._lines = file.open("w")

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
        self.attempts.append(attempt)
        self.accepted += bool(attempt.event)

    def accepted_after(self, moment: float) -> float | None:
        """When the first try that began after `moment` was answered 200."""
        first = None
        for attempt in reversed(self.attempts):
            answered = attempt.at + attempt.seconds
            if answered < moment:
                break
            if attempt.at >= moment and attempt.event:
                first = answered
        return first

    def accepted_between(self, start: float, end: float) -> int:
        """How many callbacks were handed over, from try to answer, in this time."""
        return sum(
            bool(each.event) and start <= each.at and each.at + each.seconds <= end
            for each in self.attempts
        )
