"""A child that says nothing any more → ended, so that its supervisor starts another.

Its silence is counted in looks, not measured: when the whole machine or both processes stood still,
they go on together.
"""

import asyncio
import logging
from typing import Final

from gateway.processes.child import Child

_SECONDS: Final = 1.0
_LOOKS: Final = 30
_log = logging.getLogger(__name__)


async def end_when_silent(child: Child, *, pause: float = _SECONDS) -> None:
    """Looks thirty times, a pause before each, for a new beat or another process. Until
    cancelled."""
    last, looks = (child.pid, child.beat), 0
    while True:
        await asyncio.sleep(pause)
        if child.pid is not None and child.pid == last[0] and child.beat is last[1]:
            looks += 1
        else:
            last, looks = (child.pid, child.beat), 0
        if looks == _LOOKS:
            _log.error("%s says nothing any more: ending it", child.name)
            child.kill("hung")
