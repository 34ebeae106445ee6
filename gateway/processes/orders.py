"""A child's end of its link → what its supervisor orders: new settings, and at its end to stop.

A thread reads it: uvloop would make the link non-blocking, and a large message comes in parts.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from gateway.settings import Settings

_log = logging.getLogger(__name__)


class Orders:
    """Obeyed in the event loop; `stop` is set when the supervisor says so or is gone."""

    def __init__(self, link: Connection, reload: Callable[[Settings], None]) -> None:
        self.stop = asyncio.Event()
        self._link = link
        self._reload = reload
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._listen, name="orders", daemon=True).start()

    def _listen(self) -> None:
        try:
            while True:
                self._loop.call_soon_threadsafe(self._take, self._link.recv())
        except (EOFError, OSError):
            self._loop.call_soon_threadsafe(self.stop.set)

    def _take(self, settings: Settings) -> None:
        try:
            self._reload(settings)
        except Exception:  # noqa: BLE001 - whatever it is, what there was goes on
            _log.exception("the new configuration cannot be used")
