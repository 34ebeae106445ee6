"""Callbacks that are held because the vendor could not be asked → asked about again, by themselves.

The first time half a minute after they were seen here, then at doubling distances up to an hour,
so that the vendor is not pressed and a job that had not ended yet has. What the vendor contradicts
is left to an operator. `gateway quarantine retry --reason unconfirmed` does all of it at once.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from math import inf
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import Final, NamedTuple, Self

from gateway.clock import now
from gateway.core.errors import GatewayError, Reason
from gateway.desk.retrying import Ending, Retry, retrying
from gateway.journal import Among, Reader
from gateway.settings import Settings, Source

_LOOK_SECONDS: Final = 10.0
_FIRST_SECONDS: Final = 30.0
_LONGEST_SECONDS: Final = 3600.0
_MOST: Final = 200
"""Callbacks of one look."""
_END_SECONDS: Final = 0.5
_log = logging.getLogger(__name__)


class _Wait(NamedTuple):
    until: float
    """Monotonic."""
    seconds: float


class Reconfirming:
    """Serves the sources with `confirm` of the settings of now, from `with` on to its end, in a
    thread of its own."""

    def __init__(
        self, settings: Callable[[], Settings], *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._judged_by: Settings | None = None
        self._waits: dict[str, _Wait] = {}
        self._stopping = Flag()
        self._thread = Thread(target=self._run, name="reconfirming", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """A question that is under way is given up; its callback stays held."""
        self._stopping.set()
        self._thread.join(_END_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                self.look()
            except GatewayError as error:
                _log.warning("what is held cannot be asked about: %s", error)
            except Exception:  # noqa: BLE001 - whatever it is, the rest of the gateway goes on
                _log.exception("what is held cannot be asked about")

    def look(self) -> None:
        """Asks about what is due. Raises JournalError and Busy."""
        settings = self._settings()
        if settings is not self._judged_by:  # what was left may be right by the new ones
            self._waits = {each: wait for each, wait in self._waits.items() if wait.until != inf}
            self._judged_by = settings
        names = [name for name, each in settings.sources.items() if _confirms(each)]
        if not names:
            return
        with Reader(settings.journal.path) as reader:
            among = [Among(name, Reason.UNCONFIRMED) for name in names]
            due = self._due([key for each in among for key in reader.quarantine_ids(each)])
            if due:
                with retrying(reader, settings) as retry:
                    asyncio.run(self._ask(retry, due[:_MOST]))

    def _due(self, held: Iterable[str]) -> list[str]:
        """The longest due first."""
        moment = self._clock()
        first = _Wait(moment + _FIRST_SECONDS, _FIRST_SECONDS)
        self._waits = {each: self._waits.get(each, first) for each in held}
        due = [each for each, wait in self._waits.items() if wait.until <= moment]
        return sorted(due, key=lambda each: self._waits[each].until)

    async def _ask(self, retry: Retry, due: Iterable[str]) -> None:
        for each in due:
            if self._stopping.is_set():
                return
            seconds = min(self._waits[each].seconds * 2, _LONGEST_SECONDS)
            self._waits[each] = _Wait(self._clock() + seconds, seconds)
            try:
                retried = await retry.one(each, at=now())
            except GatewayError:
                raise
            except Exception:  # noqa: BLE001 - whatever it is, others may do better
                _log.exception("quarantine %s cannot be asked about", each)
                continue
            if retried.is_done:
                _log.info("quarantine %s: %s, now confirmed", each, retried.ending.value)
            elif retried.ending is Ending.FAILED and retried.reason != Reason.UNCONFIRMED:
                _log.warning("quarantine %s is left there: %s", each, retried.detail)
                self._waits[each] = _Wait(inf, inf)


def _confirms(source: Source) -> bool:
    return any(item.confirm is not None for item in source.verify)
