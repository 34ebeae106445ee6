"""The generator, a process of its own: a plan on stdin → what became of each request, on stdout.

An open loop: requests fall due at random moments of a mean rate, whatever the server does, and
their latency counts from that moment, also while they wait for a connection. So a server that
stalls cannot slow down those who ask, and hide it. One request at a time on each connection, and
all connections in turn, as different senders would have them; one `epoll` loop without asyncio,
since generator and server share the machine.
"""

import json
import random
import select
import socket
import sys
from collections import deque
from dataclasses import asdict, dataclass
from time import monotonic, sleep
from typing import Final

from tests.bench.bodies import callback_xml

GIVEN_UP: Final = 0
"""The status of what was not answered, or not in HTTP."""
PATIENCE: Final = 5.0
"""Seconds that are waited for the last answers."""
_READ: Final = select.EPOLLIN
_LARGEST_ANSWER: Final = 65536


@dataclass(frozen=True, slots=True)
class Plan:
    """How many requests come, and from how many connections at the most."""

    port: int
    path: str
    rate: float
    """A second; 0 for a closed loop: each connection asks again as soon as it is answered."""
    seconds: float
    connections: int
    seed: int


@dataclass(slots=True)
class _Connection:
    sock: socket.socket
    due: float = 0.0
    answer: bytes = b""


class Generator:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        head, tail = callback_xml().split("{ID}", 1)
        self._plan = plan
        self._body = head.encode(), tail.encode()
        self._chance = random.Random(plan.seed)
        self._poll = select.epoll()
        self._idle: deque[_Connection] = deque()
        self._open: dict[int, _Connection] = {}
        self._waiting: deque[float] = deque()
        self._sent = 0
        self._busy = 0
        self.outcomes: list[tuple[float, float, int]] = []
        """When it fell due, seconds until the answer, status."""
        self.late: list[float] = []
        """Seconds by which this process itself was late."""

    def run(self) -> None:
        """Until all is answered, or given up."""
        self._dial(self._plan.connections)
        begun = monotonic()
        end = begun + self._plan.seconds
        (self._open_loop if self._plan.rate else self._closed_loop)(begun, end)
        patience = monotonic() + PATIENCE
        while self._busy and monotonic() < patience:
            self._answers(0.01)
        now = monotonic()
        for connection in self._open.values():
            if connection.due:
                self.outcomes.append((connection.due, now - connection.due, GIVEN_UP))
        self.outcomes += [(due, now - due, GIVEN_UP) for due in self._waiting]

    def _open_loop(self, begun: float, end: float) -> None:
        due = begun
        while (now := monotonic()) < end:
            while due <= now:
                self.late.append(now - due)
                self._waiting.append(due)
                due += self._chance.expovariate(self._plan.rate)
            self._send_waiting()
            self._answers(max(0.0, due - monotonic()))
        while self._waiting and monotonic() < end + PATIENCE:
            self._send_waiting()
            self._answers(0.01)

    def _closed_loop(self, _begun: float, end: float) -> None:
        while (now := monotonic()) < end:
            self._waiting.extend([now] * len(self._idle))
            self._send_waiting()
            self._answers(0.05)

    def _send_waiting(self) -> None:
        while self._waiting and self._idle:
            self._send(self._idle.popleft(), self._waiting.popleft())

    def _dial(self, count: int) -> None:
        for _ in range(count):
            sock = socket.create_connection(("127.0.0.1", self._plan.port), timeout=PATIENCE)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(0)
            connection = _Connection(sock)
            self._open[sock.fileno()] = connection
            self._poll.register(sock.fileno(), _READ)
            self._idle.append(connection)

    def _send(self, connection: _Connection, due: float) -> None:
        self._sent += 1
        self._busy += 1
        connection.due = due
        name = b"j%016x%08x" % (self._plan.seed, self._sent)
        body = name.join(self._body)
        head = b"POST %b HTTP/1.1\r\nHost: gateway\r\nContent-Length: %d\r\n\r\n"
        try:
            connection.sock.send(head % (self._plan.path.encode(), len(body)) + body)
        except OSError:
            self._ended(connection, GIVEN_UP)
            self._renew(connection)

    def _answers(self, patience: float) -> None:
        for number, _event in self._poll.poll(patience):
            connection = self._open[number]
            try:
                read = connection.sock.recv(_LARGEST_ANSWER)
            except OSError:
                read = b""
            connection.answer += read
            if not read:
                if connection.due:
                    self._ended(connection, GIVEN_UP)
                self._renew(connection)
            elif (status := _status(connection.answer)) is not None:
                closes = b"\r\nConnection: close" in connection.answer
                self._ended(connection, status)
                if closes:
                    self._renew(connection)
                else:
                    self._idle.append(connection)

    def _ended(self, connection: _Connection, status: int) -> None:
        self.outcomes.append((connection.due, monotonic() - connection.due, status))
        connection.due, connection.answer = 0.0, b""
        self._busy -= 1

    def _renew(self, connection: _Connection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
        del self._open[connection.sock.fileno()]
        connection.sock.close()
        try:
            self._dial(1)
        except OSError:
            sleep(0.01)


def _status(answer: bytes) -> int | None:
    """The status of an answer that is there as a whole."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    if not blank:
        return None
    length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    return int(head[9:12]) if len(body) >= length else None


def main() -> None:
    """Read a plan, print the outcomes."""
    generator = Generator(Plan(**json.load(sys.stdin)))
    generator.run()
    json.dump({"outcomes": generator.outcomes, "late": generator.late}, sys.stdout)


def spelled(plan: Plan) -> str:
    """The plan, for stdin."""
    return json.dumps(asdict(plan))


if __name__ == "__main__":
    main()
