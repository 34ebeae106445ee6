"""Lanes and answers → whether to give up all connections and make them anew.

Every request has a deadline and a broken connection is made anew by itself, so this is for what
nobody thought of: a batch that gets no answer though Kafka answers others, and answers that mean
nothing to us. It happens at growing distances, because what is under way may be written twice.
"""

from collections.abc import Iterable
from typing import Final

from gateway.publish.lane import Lane

_LONGEST: Final = 16
"""Times the patience."""


class Watch:
    """`patience`: seconds that a batch may go without any answer."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._factor = 1
        self._not_before = 0.0

    def cause(self, lanes: Iterable[Lane], unexpected: str | None, now: float) -> str | None:
        """Why to begin anew now: `stalled` or `unexpected`; None where there is no reason."""
        waits = [lane.unanswered_since for lane in lanes if lane.unanswered_since is not None]
        is_stalled = bool(waits) and now - min(waits) > self._patience
        if not is_stalled and unexpected is None:
            if now > self._not_before + self._patience:
                self._factor = 1
            return None
        if now < self._not_before:
            return None
        self._not_before = now + self._patience * self._factor
        self._factor = min(self._factor * 2, _LONGEST)
        return "stalled" if is_stalled else "unexpected"
