"""Answers to those who find no room: all that come in a turn of the event loop get them together,
since a sender that waits for one wakes up, which costs more than the answer.
"""

import asyncio

from aiohttp.web_protocol import RequestHandler

from gateway.intake.receiver import Receiver


class Refusals:
    """Of one port."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self._answers: dict[asyncio.Transport, bytes] = {}

    def owe(self, connection: RequestHandler) -> bool:
        """An answer is still to be sent, and no other may be before it."""
        return connection.transport in self._answers

    def take(self, connection: RequestHandler, data: bytes) -> bool:
        """Whether `data`, a whole callback, is refused, and nothing more to be done about it."""
        if not self.receiver.line.is_full:
            return False
        transport = connection.transport
        if transport is None or connection.writing_paused:  # who does not read gets no more
            return False
        answer = self.receiver.turned_away(data, connection)
        if answer is None:
            return False
        if not self._answers:
            asyncio.get_running_loop().call_soon(self._send)
        self._answers[transport] = self._answers.get(transport, b"") + answer
        return True

    def _send(self) -> None:
        answers, self._answers = self._answers, {}
        for transport, answer in answers.items():
            if not transport.is_closing():
                transport.write(answer)
