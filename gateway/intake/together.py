"""Callbacks whose turn it is → the pipeline, in step with all others whose turn it is now.

A stage that looks at eight of them before the next one begins finds its code in the processor's
caches. What is large is not looked at with others: documents take ten times as much memory as their
bytes.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from gateway.core.model import Callback
from gateway.core.pipeline import Receipted, Source, process_all
from gateway.intake.line import AT_ONCE

IN_STEP: Final = 64 << 10
"""Bytes of bodies from which on no more are looked at in step."""

Process = Callable[[Sequence[tuple[Callback, Source]]], list[Receipted | Exception]]
"""What is to be made durable of each, or why nothing."""
Done = Callable[[Receipted | Exception], object]


class Together:
    """For one event loop. `process` may be another from now on."""

    def __init__(self, process: Process = process_all) -> None:
        self.process = process
        self._waiting: deque[tuple[Callback, Source, Done]] = deque()

    def join(self, callback: Callback, source: Source, done: Done) -> None:
        """Call `done`, which does not raise, at the latest when the loop turns."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._go)
        self._waiting.append((callback, source, done))
        if len(self._waiting) == AT_ONCE:
            self._go()

    def _go(self) -> None:
        while self._waiting:
            some = self._some()
            found = self._processed([(callback, source) for callback, source, _ in some])
            for (_, _, done), made in zip(some, found, strict=True):
                done(made)

    def _some(self) -> list[tuple[Callback, Source, Done]]:
        some: list[tuple[Callback, Source, Done]] = []
        size = 0
        while self._waiting and size < IN_STEP:
            some.append(self._waiting.popleft())
            size += len(some[-1][0].body)
        return some

    def _processed(self, callbacks: list[tuple[Callback, Source]]) -> list[Receipted | Exception]:
        try:
            return self.process(callbacks)
        except Exception as error:  # noqa: BLE001 - the outermost edge
            return [error for _ in callbacks]
