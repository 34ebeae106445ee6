"""A callback port on loopback, with a journal in memory, and a client that speaks raw bytes.

Real are the server, the receiver and the sources; only the journal and the observer are fakes.
Every wait has a deadline, and no reply is read without the look for what must never be in one.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from gateway.core.errors import Busy
from gateway.core.model import Document, Entry, Quarantine, Receipt
from gateway.core.pipeline import Receipted, Source, process_all
from gateway.intake.answer import Answer
from gateway.intake.body import Arriving, Limits
from gateway.intake.line import Line
from gateway.intake.proxies import Proxies
from gateway.intake.receiver import Receiver
from gateway.intake.server import CallbackServer, client_certificate, listen
from gateway.intake.tls import RenewableContext
from gateway.intake.together import Process
from tests import sources

DEADLINE: Final = 3.0
LIMITS: Final = Limits(max_body=1 << 20, timeout=5.0)
RECEIVED_AT: Final = "2022-08-09T07:00:00.000001Z"
RECEIVED: Final = 1660028400.000001
PATH: Final = b"/callbacks/media/" + sources.SECRET
PROBE: Final = b"GET /probe HTTP/1.1\r\nHost: gateway\r\n\r\n"
"""Answered 404: what comes before its answer was asked for before it."""
_UNSPEAKABLE: Final = (sources.SECRET, b"aiohttp", b"ython", b"Traceback", b".py", b"canary")


class MemoryJournal:
    """The port's journal: a list, that can be busy or slow."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.trouble: Busy | None = None
        self.held: Quarantine | None = None
        """What it keeps in quarantine and not as events."""
        self.waiting = 0
        self.disk = asyncio.Event()
        self.disk.set()
        self.tasks: set[asyncio.Task[None]] = set()

    def append(self, entry: Entry, done: Callable[[Receipt | Exception], object]) -> None:
        task = asyncio.ensure_future(self._append(entry, done))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _append(self, entry: Entry, done: Callable[[Receipt | Exception], object]) -> None:
        done(self.trouble or await self._kept(entry))

    async def _kept(self, entry: Entry) -> Receipt:
        self.waiting += 1
        await self.disk.wait()
        self.waiting -= 1
        known = {event.id for kept in self.entries for event in kept.events}
        self.entries.append(entry)
        if self.held is not None:
            return Receipt(duplicate=False, quarantine=self.held)
        return Receipt(bool(entry.events) and known.issuperset(event.id for event in entry.events))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the observer was told of one request."""

    source: str
    result: str
    reason: str
    status: int


class Recorder:
    """An observer that only remembers, and fails when told to."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.seen: list[Seen] = []
        self.made: list[Receipted | None] = []
        self.seconds: list[float] = []
        self.peers: list[str] = []

    def answered(
        self, source: str, answer: Answer, *, seconds: float, made: Receipted | None, peer: str
    ) -> None:
        self.seen.append(Seen(source, str(answer.result), str(answer.reason), answer.status))
        self.made.append(made)
        self.seconds.append(seconds)
        self.peers.append(peer)
        if self.trouble is not None:
            raise self.trouble


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as it stood on the wire."""

    version: str
    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def document(self) -> Document:
        document: Document = json.loads(self.body)
        return document

    @property
    def closes(self) -> bool:
        """The answer says that it is the connection's last."""
        return self.headers.get("connection", "").lower() == "close"


class Wire:
    """One raw connection to the port."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        """Hand `data` to the kernel, unless the server has gone."""
        async with asyncio.timeout(DEADLINE):
            try:
                self._writer.write(data)
                await self._writer.drain()
            except ConnectionError:
                pass

    async def reply(self, *, empty: bool = False) -> Reply:
        """The next answer; `empty`: to a HEAD, whose length is of a body that does not come."""
        async with asyncio.timeout(DEADLINE):
            head = await self._reader.readuntil(b"\r\n\r\n")
            line, *fields = head.decode("ascii").removesuffix("\r\n\r\n").split("\r\n")
            version, status, _ = line.split(" ", 2)
            pairs = [field.split(": ", 1) for field in fields]
            headers = {name.lower(): value for name, value in pairs}
            assert len(headers) == len(pairs), "a repeated header in an answer"
            length = 0 if empty else int(headers.get("content-length", "0"))
            body = await self._reader.readexactly(length)
        assert [word for word in _UNSPEAKABLE if word in head + body] == []
        return Reply(version, int(status), headers, body)

    async def replies(self) -> list[Reply]:
        """Every answer up to that of `PROBE`, which is left out, or up to the connection's end."""
        await self.send(PROBE)
        replies: list[Reply] = []
        try:
            while True:
                reply = await self.reply()
                if reply.status == HTTPStatus.NOT_FOUND and reply.document["reason"] == "not_found":
                    return replies
                replies.append(reply)
        except (asyncio.IncompleteReadError, ConnectionError):
            return replies

    async def rest(self) -> bytes:
        """What comes until the server ends the connection."""
        async with asyncio.timeout(DEADLINE):
            try:
                return await self._reader.read()
            except ConnectionError:
                return b""

    async def nothing(self, seconds: float = 0.05) -> bool:
        """No byte and no end within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._reader.readexactly(1)
        except TimeoutError:
            return True
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        return False

    def half_close(self) -> None:
        """Send no more, and still read."""
        self._writer.write_eof()

    def reset(self) -> None:
        """Leave without a word."""
        linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
        sock: socket.socket = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()


@dataclass(slots=True)
class Port:
    """A listening callback port and what it did."""

    receiver: Receiver
    server: CallbackServer
    number: int
    journal: MemoryJournal
    recorder: Recorder
    _wires: list[Wire] = field(default_factory=list)

    @property
    def seen(self) -> list[Seen]:
        return self.recorder.seen

    @property
    def statuses(self) -> list[int]:
        return [seen.status for seen in self.seen]

    def url(self, target: str) -> str:
        return f"http://127.0.0.1:{self.number}{target}"

    async def dial(self, data: bytes = b"") -> Wire:
        """A new connection, on which `data` is sent."""
        async with asyncio.timeout(DEADLINE):
            wire = Wire(*await asyncio.open_connection("127.0.0.1", self.number))
        self._wires.append(wire)
        if data:
            await wire.send(data)
        return wire

    async def ask(self, data: bytes) -> Reply:
        """The first answer to `data` on a connection of its own."""
        wire = await self.dial(data)
        reply = await wire.reply()
        wire.close()
        return reply

    def close(self) -> None:
        for wire in self._wires:
            wire.close()


@asynccontextmanager
async def open_port(
    *made: Source,
    limits: Limits = LIMITS,
    secret: bytes = sources.SECRET,
    proxies: Proxies | None = None,
    tls: RenewableContext | None = None,
    process: Process = process_all,
    line: Line | None = None,
    arriving: Arriving | None = None,
) -> AsyncIterator[Port]:
    """The callback port with `made`, or one source `media` with `secret`."""
    journal, recorder = MemoryJournal(), Recorder()
    receiver = Receiver(
        {source.name: source for source in made or [sources.source(secrets=[secret])]},
        journal,
        recorder,
        limits=limits,
        clock=lambda: RECEIVED_AT,
        now=lambda: RECEIVED,
        proxies=proxies,
        certificate=client_certificate if tls else None,
        process=process,
        is_outdated=tls.is_outdated if tls else None,
        line=line,
        arriving=arriving,
    )
    sock = socket.create_server(("127.0.0.1", 0))
    server = CallbackServer(receiver)
    accepting = await listen(server, sock, tls)
    port = Port(receiver, server, sock.getsockname()[1], journal, recorder)
    try:
        yield port
    finally:
        journal.disk.set()
        port.close()
        accepting.close()
        await server.shutdown(0.1)


def callback(number: int = 1) -> bytes:
    """The body of a finished job; another number is another job."""
    return sources.as_json(sources.job(JobId=f"j{number}", Tag="Transcode"))


def request(
    target: bytes = PATH,
    *,
    method: bytes = b"POST",
    version: bytes = b"HTTP/1.1",
    headers: Iterable[bytes] = (b"Host: gateway",),
    body: bytes = b"",
) -> bytes:
    """A request as it is written here: no length is added."""
    lines = [method + b" " + target + b" " + version, *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def post(body: bytes, *headers: bytes, target: bytes = PATH) -> bytes:
    """A proper POST of `body`, with `headers` beside those it needs."""
    needed = (b"Host: gateway", b"Content-Length: %d" % len(body))
    return request(target, headers=(*needed, *headers), body=body)


def chunked(*lines: bytes, headers: Iterable[bytes] = ()) -> bytes:
    """A POST whose chunked body are `lines`, as they are."""
    needed = (b"Host: gateway", b"Transfer-Encoding: chunked")
    return request(headers=(*needed, *headers), body=b"".join(lines))


def problem(status: int, reason: str) -> Document:
    """The problem document, whole."""
    return {
        "type": f"urn:callback-gateway:problem:{reason}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "reason": reason,
    }


def name(value: object) -> str:
    """What a parameter is called in a test's name: short, and without the secret."""
    text = value.decode("latin-1") if isinstance(value, bytes) else repr(value)
    return text.replace(sources.SECRET.decode(), "SECRET")[:60]


async def turns(count: int) -> None:
    """Let the event loop run everything that is ready, `count` times."""
    for _ in range(count):
        await asyncio.sleep(0)


async def until(condition: Callable[[], object]) -> None:
    """Return when `condition` holds; TimeoutError when it does not within the deadline."""
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.001)
