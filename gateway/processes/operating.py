"""What the supervisor does beside its children: keep the journal small, and count its outcomes."""

import asyncio
import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Final

from gateway.clock import now
from gateway.core.moments import utc
from gateway.journal import COUNTER, JournalError, Tenant, Upkeep, damage
from gateway.processes.counting import OutcomeCounter
from gateway.settings import Settings

_IDLE_SECONDS: Final = 1.0
_BUSY_SECONDS: Final = 0.25
_BUSY_PAGES: Final = 500
"""Written between two checkpoints, 2 MB: then the next is sooner, and the disk is busy for less."""
_RETAIN_SECONDS: Final = 60.0
_SWITCH_SECONDS: Final = 0.0005
"""The counting thread computes for so long before the admin port may; with Python's own 5 ms, which
each answer waits for several times, whoever asks would notice."""
_log = logging.getLogger(__name__)


class Operations:
    """Maintenance of the journal, in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        """Open or create the journal, before any other process; log what of it a failing disk has
        damaged. Raises JournalError, also where another gateway has it."""
        journal = settings.journal
        self._tenant = Tenant(journal.path)
        self._retention = journal.retention
        self._readers = [COUNTER, *(route.name for route in settings.routes)]
        if (told := damage(journal.path, now=now())) is not None:
            _log.error("%s", told)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="upkeep")
        opening = partial(Upkeep, journal.path, max_size=journal.max_size)
        self._upkeep = self._thread.submit(opening).result()
        self._counter = self._thread.submit(OutcomeCounter, journal.path, settings.sources).result()
        self._retain_at = 0.0
        self._pages, self._pause = 0, _IDLE_SECONDS
        self._troubles: dict[Callable[[], None], str] = {}

    async def maintain(self) -> None:
        """Until cancelled: each second, or sooner, write the WAL back and count what is new, each
        minute delete what has expired."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        loop = asyncio.get_running_loop()
        while True:
            # a full disk may stop only the first
            for work in (self._checkpoint, self._counter.turn, self._retain):
                await loop.run_in_executor(self._thread, self._try, work)
            await asyncio.sleep(self._pause)

    async def close(self) -> None:
        """After the receivers: the last checkpoint, so that a copy of the file is complete."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._try, self._checkpoint)
        for close in (self._counter.close, self._upkeep.close):
            await loop.run_in_executor(self._thread, close)
        self._thread.shutdown()
        self._tenant.close()

    def _try(self, work: Callable[[], None]) -> None:
        """Its trouble is logged when it begins, not each second that it lasts."""
        trouble = ""
        try:
            work()
        except JournalError as error:
            trouble = str(error)
        if trouble and trouble != self._troubles.get(work):
            _log.error("maintenance: %s", trouble)
        self._troubles[work] = trouble

    def _checkpoint(self) -> None:
        pages = self._upkeep.checkpoint().pages
        is_busy = abs(pages - self._pages) > _BUSY_PAGES
        self._pages, self._pause = pages, _BUSY_SECONDS if is_busy else _IDLE_SECONDS

    def _retain(self) -> None:
        if monotonic() < self._retain_at:
            return
        before = datetime.now(UTC) - timedelta(seconds=self._retention)
        if not self._upkeep.retain(utc(before), self._readers):
            self._retain_at = monotonic() + min(_RETAIN_SECONDS, self._retention / 2)
