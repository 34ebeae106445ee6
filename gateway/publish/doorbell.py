"""A pipe whose other end gets a byte after each commit → one ring, however many bytes.

It is listened to only while there is nothing else to do, so that a thousand commits wake the loop
once. When all writers are gone it stays silent.
"""

import os
from contextlib import suppress

from kafka.net.selector import NetworkSelector


class Doorbell:
    """The reading end `fd` of the pipe, which becomes non-blocking and stays open."""

    def __init__(self, loop: NetworkSelector, fd: int) -> None:
        self.rings = False
        self._loop = loop
        self._fd = fd
        self._deaf = False
        os.set_blocking(fd, False)

    def listen(self) -> None:
        """Rings as soon as there is a byte."""
        if not self._deaf:
            self._deaf = True
            self._loop.call_soon(self._wait)

    def silence(self) -> None:
        """Takes the bytes that have come."""
        self.rings = False
        with suppress(BlockingIOError):
            if not os.read(self._fd, 1 << 16):
                self._deaf = True

    async def _wait(self) -> None:
        await self._loop.wait_read(self._fd)
        self._deaf = False
        self.rings = True
