"""One round: a gateway under load, with or without its Kafka, is told to end → what was seen of it.

Everything is seen from outside: answers, `/readyz`, the exit code, the processes that are left.
"""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from subprocess import TimeoutExpired
from time import monotonic
from typing import Final

from tests.broker.kafka import Broker, BrokerError
from tests.broker.waiting import until
from tests.e2e.gateway import Gateway, is_alive
from tests.shutdown.ledger import Ledger, Try
from tests.shutdown.plan import DRAIN_DELAY, Kafka, Round
from tests.shutdown.traffic import told, traffic
from tests.supervisor.in_flight import Unfinished

PROMISED_SECONDS: Final = 15.0
AT_ONCE_SECONDS: Final = 2.0
"""From a second signal to the end."""
UNREADY_SECONDS: Final = 0.5
"""100 ms is what is aimed at; the machine may be busy."""
_ON_THEIR_WAY: Final = 0.15
"""Seconds before the port is closed in which a request may still be under way on a busy machine."""
_PATIENCE: Final = 3
"""Times 20 s for a gateway to become ready, and a minute for a broker: no start is judged here."""
_NEVER: Final = 99.0
"""Seconds, of what did not come about."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What one round came to; times in seconds, from the signal that they belong to."""

    round: Round
    ready: float
    """From the command to the line that says so."""
    unready: float
    """To an answer 503 of `/readyz`."""
    exited: float
    code: int | None
    held: tuple[str, ...]
    """What became of the requests in flight."""
    cut: tuple[Try, ...]
    """Tries while the port was open that were not answered 200."""
    left: int
    """Processes that live on."""

    @property
    def faults(self) -> list[str]:
        """What was promised and not kept."""
        promised = PROMISED_SECONDS if self.round.again is None else AT_ONCE_SECONDS
        found = {
            f"ended after {self.exited:.2f} s": self.exited > promised,
            f"exit code {self.code}": self.code != 0 and self.round.again is None,
            f"unready after {self.unready:.2f} s": self.unready > UNREADY_SECONDS,
            f"in flight: {self.held}": any(each != "200 accepted" for each in self.held),
            f"cut: {self.cut}": bool(self.cut) and self.round.again is None,
            f"{self.left} processes left": self.left > 0,
        }
        return [what for what, is_so in found.items() if is_so]


@dataclass(frozen=True, slots=True)
class Scene:
    """The same gateway, journal, broker and ledger for all rounds."""

    gateway: Gateway
    broker: Broker
    ledger: Ledger

    async def play(self, each: Round) -> Ending:
        """One round, from the start to the end of every process."""
        ready = await asyncio.to_thread(started, self.gateway)
        children = [*self.gateway.children("receiver"), self.gateway.child("publisher")]
        sending = asyncio.create_task(traffic(self.gateway, self.ledger, f"r{each.number}"))
        with self._in_flight(each) as requests:
            await self._until_accepted(each.before)
            signalled = monotonic()
            self.gateway.signal(signal.SIGTERM)
            unready, (code, exited), held = await asyncio.gather(
                asyncio.to_thread(self._unready, signalled, each.again),
                asyncio.to_thread(self._exited, signalled, each.again),
                asyncio.gather(
                    *(self._finish(one, each, number) for number, one in enumerate(requests))
                ),
            )
        await sending
        return Ending(
            each,
            ready,
            unready,
            exited,
            code,
            held=tuple(held),
            cut=self._cut(each, signalled),
            left=sum(map(is_alive, children)),
        )

    @contextmanager
    def _in_flight(self, each: Round) -> Iterator[Sequence[Unfinished]]:
        with ExitStack() as opened:
            keys = [_key(each, number) for number in range(len(each.last_bytes))]
            requests = [Unfinished(self.gateway, key) for key in keys]
            for request in requests:
                opened.callback(request.close)
            yield requests

    async def _until_accepted(self, count: int) -> None:
        wanted = self.ledger.accepted + count
        await asyncio.to_thread(until, lambda: self.ledger.accepted >= wanted, within=60)

    async def _finish(self, request: Unfinished, each: Round, number: int) -> str:
        """Send its last byte when it is time; what was answered is in the ledger, too."""
        began = monotonic()
        await asyncio.sleep(each.last_bytes[number])
        outcome, event = await asyncio.to_thread(_answer, request)
        self.ledger.write(Try(began, _key(each, number), 0, outcome, event))
        return outcome

    def _unready(self, signalled: float, again: float | None) -> float:
        if again is not None:
            return 0.0
        with suppress(TimeoutError):
            until(self._says_unready, within=5)
            return monotonic() - signalled
        return _NEVER

    def _says_unready(self) -> bool:
        with suppress(OSError, HTTPException):
            return self.gateway.ask("/readyz").status == 503
        return False

    def _exited(self, signalled: float, again: float | None) -> tuple[int | None, float]:
        if again is not None:
            until(lambda: monotonic() - signalled >= again)
            signalled = monotonic()
            self.gateway.signal(signal.SIGTERM)
        with suppress(TimeoutExpired):
            return self.gateway.wait(PROMISED_SECONDS + 5), monotonic() - signalled
        self.gateway.kill()
        return None, _NEVER

    def _cut(self, each: Round, signalled: float) -> tuple[Try, ...]:
        """The delay begins when the signal is heard, so that the port is open at least so long."""
        until = signalled + DRAIN_DELAY - _ON_THEIR_WAY
        own = (one for one in self.ledger.tries if one.key.startswith(f"r{each.number}-"))
        return tuple(one for one in own if one.at < until and not one.event)


def started(gateway: Gateway) -> float:
    """Start it; the seconds that it took until it was ready."""
    began = monotonic()
    gateway.launch()
    for _ in range(_PATIENCE - 1):
        with suppress(TimeoutError):
            gateway.until_ready()
    gateway.until_ready()
    seconds = monotonic() - began
    gateway.find_admin_port()
    return seconds


def put(broker: Broker, state: Kafka) -> None:
    """Let the broker be in this state, whichever it is in."""
    if state is Kafka.KILLED:
        if broker.runs:
            broker.kill()
        return
    broker.resume()
    for _ in range(_PATIENCE - 1):
        if not broker.runs:
            with suppress(BrokerError):
                broker.start()
    if not broker.runs:
        broker.start()
    if state is Kafka.PAUSED:
        broker.pause()


def _key(each: Round, number: int) -> str:
    return f"held-{each.number}-{number}"


def _answer(request: Unfinished) -> tuple[str, str]:
    try:
        reply = request.finish()
    except (OSError, HTTPException) as error:
        return f"the connection ended: {type(error).__name__}", ""
    return told(reply.status, reply.body)
