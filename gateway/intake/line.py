"""Callbacks that have arrived → a few for each turn of the event loop; too many are refused.

A callback costs a tenth of a millisecond of computing, the largest twenty. Without a line, all that
arrive together would be worked off before the loop turns again, however many, and whoever comes
next, also to be refused, would wait for all of them. So what cannot be answered soon is told so at
once: a burst may fill the line, but where it does not end, a long line would make everybody wait
and serve nobody. How long is too long is a time, and how many that are, the line learns from its
own turns. They stop while many that had theirs are not durable yet: where the disk is slow,
callbacks of a usual size wait here and nowhere else.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final

from gateway.core.errors import Busy, Reason

BURST: Final = 256
BURST_SECONDS: Final = 0.2
"""Callbacks that may wait; more, as many as are worked off within these seconds."""
STANDING: Final = 32
STANDING_SECONDS: Final = 0.04
"""The same where the line has not been empty for `PATIENCE`, or a burst was too long for it, now or
within `RELIEF`."""
PATIENCE: Final = 0.1
RELIEF: Final = 1.0
"""Seconds, both."""
AT_ONCE: Final = 8
AT_ONCE_SECONDS: Final = 0.005
"""Callbacks for each turn; more, as many as take these seconds, if they do: what else comes has its
share of the loop once for each turn, and costs the less the more there is of it."""
MOST_BYTES: Final = 64 << 20
"""Of the callbacks that wait; the last of them may go beyond."""
MOST_AHEAD: Final = 512
"""Callbacks that had their turn and are not settled: one commit of them runs, one collects. Of
large ones the journal takes fewer."""
_LEAST_SECONDS: Final = 0.0001
"""No callback takes less, whatever the clock says."""
_SMOOTHING: Final = 64
"""Turns that have a part in what a callback is known to take: more than between two commits."""


class Line:
    """Who waits for its turn, first come, first served."""

    def __init__(
        self,
        *,
        burst: int = BURST,
        standing: int = STANDING,
        now: Callable[[], float] = monotonic,
    ) -> None:
        """`now`: seconds of a clock that nobody sets."""
        self._least_burst, self._least_standing, self._now = burst, standing, now
        self._burst, self._standing = burst, standing
        self._at_once = AT_ONCE
        self._seconds = STANDING_SECONDS / STANDING
        """What a callback takes, with all else that the loop does between two."""
        self._learned = 0
        """Turns from which that is known."""
        self._turned = 0.0
        """When the turns began whose length is not known yet."""
        self._taken = 0
        """Callbacks of these turns."""
        self._is_busy = False
        """The last turn was full, or somebody waits for the next."""
        self._is_turning = False
        """The next turn is to come, whether or not somebody waits."""
        self._until = 0.0
        """When this one has taken long enough."""
        self._ahead = 0
        """Callbacks that were handed on and are not settled."""
        self._waiting: deque[tuple[Callable[[], object], int]] = deque()
        self._bytes = 0
        """Of those that wait."""
        self._begun = 0.0
        """When somebody began to wait, nobody having waited before."""
        self._relieved = 0.0
        """When bursts are let in again."""
        self._expected = 0
        """Requests that were read and have not come yet."""
        self._read = 0
        """Those of this turn of the loop."""
        self._left = AT_ONCE
        """How many more callbacks this turn of the loop has."""

    @property
    def is_full(self) -> bool:
        """A request that is read now would be refused."""
        return self._is_full(len(self._waiting) + self._expected)

    def expect(self) -> None:
        """A request has been read; its handler comes to the line in the next turn but one."""
        if not self._read:
            asyncio.get_running_loop().call_soon(self._go_on)
        self._read += 1
        self._expected += 1

    def assert_room(self) -> None:
        """Raise `Busy` where one more would be too many."""
        if self._is_full(len(self._waiting)):
            raise Busy(Reason.OVERLOADED, "too many callbacks wait for their turn")

    def turn(self, go: Callable[[], object], size: int = 0) -> None:
        """Call `go`, which does not raise and holds so many bytes, when it is its turn: now or
        later. Raises `Busy`."""
        self.assert_room()
        if not self._waiting and self._may_go():  # a `go` may bring another, which comes last
            self._take()
            go()
            return
        if not self._waiting:
            self._begun = self._now()
        self._waiting.append((go, size))
        self._bytes += size

    def handed_on(self) -> None:
        """Who had a turn now waits for something else."""
        self._ahead += 1

    def settled(self) -> None:
        """And does so no more."""
        self._ahead -= 1
        if self._waiting:
            self._await_turn()

    def _is_full(self, waiting: int) -> bool:
        if self._bytes > MOST_BYTES:
            return True
        if waiting < self._standing:
            return False
        now = self._now()
        is_standing = bool(self._waiting) and now - self._begun > PATIENCE
        if is_standing or waiting >= self._burst:
            self._relieved = now + RELIEF
        return now < self._relieved

    def _go_on(self) -> None:
        asyncio.get_running_loop().call_soon(self._come, self._read)
        self._read = 0

    def _come(self, count: int) -> None:
        self._expected -= count

    def _may_go(self) -> bool:
        return self._left > 0 and self._ahead < MOST_AHEAD

    def _take(self) -> None:
        self._await_turn()
        self._left -= 1
        self._taken += 1
        if not self._left % AT_ONCE and self._now() > self._until:
            self._left = 0

    def _await_turn(self) -> None:
        if not self._is_turning:
            self._is_turning = True
            self._until = self._now() + AT_ONCE_SECONDS
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        self._learn()
        self._is_turning = False
        self._left = self._at_once
        while self._waiting and self._may_go():
            go, size = self._waiting.popleft()
            self._bytes -= size
            self._take()
            go()
        self._is_busy = bool(self._waiting) or not self._left

    def _learn(self) -> None:
        """Only turns that were full, or that somebody waits for, tell what a callback takes."""
        if self._is_busy and self._taken < AT_ONCE:
            return
        now = self._now()
        if self._is_busy:
            seconds = max((now - self._turned) / self._taken, _LEAST_SECONDS)
            self._learned = min(self._learned + 1, _SMOOTHING)
            self._seconds += (seconds - self._seconds) / self._learned
            self._at_once = max(AT_ONCE, int(AT_ONCE_SECONDS / self._seconds))
            self._burst = max(self._least_burst, int(BURST_SECONDS / self._seconds))
            self._standing = max(self._least_standing, int(STANDING_SECONDS / self._seconds))
        self._turned, self._taken = now, 0
