"""The configuration read again, on SIGHUP → what running receivers judge by, without a pause.

Sources with all their checks and secrets, the limits of bodies, the trusted proxies, the files of
TLS (certificate, key, authorities of clients) and the operators' token are taken over; the rest is
fixed at the start, and where it differs the log says so. A configuration with a mistake changes
nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from typing import Final

from pydantic import BaseModel

from gateway.processes.child import Child
from gateway.settings import Settings, SettingsError

Run = Callable[[Settings, Connection], None]
"""A receiver's whole life; with its settings it is a child's `Target`."""
_SERVER: Final = ("max_body", "body_timeout", "trusted_proxies", "failed_checks")
_log = logging.getLogger(__name__)


class Reload:
    """Reads the configuration again and tells the receivers."""

    def __init__(self, settings: Settings, reread: Callable[[], Settings]) -> None:
        self._settings = settings
        self._reread = reread
        self.receivers: list[tuple[Child, Run]] = []
        """Who is told."""

    @property
    def settings(self) -> Settings:
        """Those of now."""
        return self._settings

    async def __call__(self) -> None:
        """Take over what can be, or say every mistake and stay with what is."""
        try:
            new = await asyncio.to_thread(self._reread)
        except SettingsError as error:
            for line in str(error).splitlines():
                _log.error("not reloaded: %s", line)
            return
        self._settings = taken = taken_over(self._settings, new)
        for warning in taken.warnings:
            _log.warning("%s", warning)
        for key in differing(taken, new):
            _log.warning("%s has changed: that needs a restart", key)
        for child, run in self.receivers:
            child.renew(partial(run, taken), taken)
        _log.info("configuration read again: %d source(s)", len(taken.sources))


def taken_over(old: Settings, new: Settings) -> Settings:
    """`old` with all of `new` that a running gateway can change."""
    server = old.server.model_copy(update={key: getattr(new.server, key) for key in _SERVER})
    if old.server.tls and new.server.tls:  # whether there is TLS is decided with the port
        server = server.model_copy(update={"tls": new.server.tls})
    admin = old.admin.model_copy(update={"token": new.admin.token})
    return old.model_copy(update={"sources": new.sources, "server": server, "admin": admin})


def differing(one: BaseModel, other: BaseModel) -> Iterator[str]:
    """The keys whose values differ: `server.listen`, `routes`."""
    for key, value in one:
        there = getattr(other, key)
        if isinstance(value, BaseModel) and isinstance(there, BaseModel):
            yield from (f"{key}.{inner}" for inner in differing(value, there))
        elif value != there:
            yield key
