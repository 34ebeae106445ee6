"""Answers to those who find no room: all that come in a turn of the event loop get them together,
since a sender that waits for one wakes up, which costs more than the answer.
"""

import asyncio

from aiohttp.web_protocol import RequestHandler

from gateway.intake.answer import said
from gateway.intake.receiver import NO_ROOM, Receiver


class Refusals:
    """Of one port."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self._owed: dict[asyncio.Transport, int] = {}
        """How many, and to whom."""

    def owe(self, connection: RequestHandler) -> bool:
        """An answer is still to be sent, and no other may be before it."""
        return connection.transport in self._owed

    def take(self, connection: RequestHandler, data: bytes) -> bool:
        """Whether `data`, a whole callback, is refused, and nothing more to be done about it."""
        if not self.receiver.line.is_full:
            return False
        transport = connection.transport
        if transport is None or connection.writing_paused:  # who does not read gets no more
            return False
        if not self.receiver.turns_away(data, connection):
            return False
        if not self._owed:
            asyncio.get_running_loop().call_soon(self._send)
        self._owed[transport] = self._owed.get(transport, 0) + 1
        return True

    def _send(self) -> None:
        owed, self._owed = self._owed, {}
        answer = said(NO_ROOM)
        for transport, count in owed.items():
            if not transport.is_closing():
                transport.write(answer * count)
