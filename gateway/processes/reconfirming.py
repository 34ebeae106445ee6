"""Callbacks that are held because the vendor could not be asked → asked about again, by themselves.

The first time half a minute after they were seen here, then at doubling distances up to an hour,
so that the vendor is not pressed and a job that had not ended yet has. What the vendor contradicts
is left to an operator. `gateway quarantine retry --reason unconfirmed` does all of it at once.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from itertools import islice
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from gateway.clock import now
from gateway.core.errors import GatewayError, Reason
from gateway.journal import Among, Reader, Writer
from gateway.settings import Settings, Source

if TYPE_CHECKING:
    from gateway.desk.retrying import Retry

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

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
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
                self.look(monotonic())
            except GatewayError as error:
                _log.warning("what is held cannot be asked about: %s", error)
            except Exception:  # noqa: BLE001 - whatever it is, the rest of the gateway goes on
                _log.exception("what is held cannot be asked about")

    def look(self, moment: float) -> None:
        """Asks about what is due at `moment`, monotonic. Raises JournalError and Busy."""
        settings = self._settings()
        names = [name for name, each in settings.sources.items() if _confirms(each)]
        if not names:
            return
        path, max_size = settings.journal.path, settings.journal.max_size
        with Reader(path) as reader:
            among = [Among(name, Reason.UNCONFIRMED) for name in names]
            due = self._due([key for each in among for key in reader.quarantine_ids(each)], moment)
            if not due:
                return
            # imported late: providers and schemas are large, and the supervisor is small without
            from gateway.desk.retrying import Retry
            from gateway.sources import build_sources

            with Writer(path, max_size=max_size) as writer:
                retry = Retry(reader, writer, build_sources(settings))
                asyncio.run(self._ask(retry, islice(due, _MOST), moment))

    def _due(self, held: Iterable[str], moment: float) -> list[str]:
        first = _Wait(moment + _FIRST_SECONDS, _FIRST_SECONDS)
        self._waits = {each: self._waits.get(each, first) for each in held}
        return [each for each, wait in self._waits.items() if wait.until <= moment]

    async def _ask(self, retry: "Retry", due: Iterable[str], moment: float) -> None:
        for each in due:
            if self._stopping.is_set():
                return
            retried = await retry.one(each, at=now())
            if retried.is_done:
                _log.info("quarantine %s: %s, now confirmed", each, retried.ending.value)
                del self._waits[each]
                continue
            seconds = min(self._waits[each].seconds * 2, _LONGEST_SECONDS)
            if retried.reason != Reason.UNCONFIRMED:
                _log.warning("quarantine %s is left there: %s", each, retried.detail)
                seconds = float("inf")
            self._waits[each] = _Wait(moment + seconds, seconds)


def _confirms(source: Source) -> bool:
    return any(item.confirm is not None for item in source.verify)
