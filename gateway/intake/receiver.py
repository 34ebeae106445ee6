"""Request → Callback → journal → Answer, for every request exactly one counted result.

The steps between are called back, not awaited: a task for each callback and a future for each wait
would cost as much as verifying it. Refusals are returned, not raised through aiohttp, which would
double their price.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter, time
from typing import Final, Protocol

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from msgspec import structs

from gateway.core.errors import Busy, GatewayError, Reason
from gateway.core.model import Callback, Entry, Receipt
from gateway.core.pipeline import Receipted, Source, process_all
from gateway.intake.answer import Answer, agreed, durable, ended, response
from gateway.intake.body import Arriving, Limits, read_body
from gateway.intake.errors import RequestError
from gateway.intake.line import Line
from gateway.intake.proxies import Proxies
from gateway.intake.target import route
from gateway.intake.together import Process, Together
from gateway.intake.whole import Head, head_of

FOREIGN: Final = web.RequestKey("foreign", bool)
"""Set on a request that names another version of HTTP than 1.0 or 1.1."""
NO_SOURCE: Final = "(none)"
"""The source label of requests that name none of ours; no configured source can have it."""

NO_ROOM: Final = ended(Busy(Reason.OVERLOADED, "no room"))
_MALFORMED = {
    400: Reason.MALFORMED_REQUEST,
    405: Reason.METHOD_NOT_ALLOWED,
    411: Reason.LENGTH_REQUIRED,
}
_log = logging.getLogger(__name__)


class Journal(Protocol):
    """Makes entries durable."""

    def append(self, entry: Entry, done: Callable[[Receipt | Exception], object]) -> None:
        """Calls `done` once the entry is on disk; `Busy`, raised or given, when it cannot be."""
        ...


class Observer(Protocol):
    """Told once for every request, when its answer is decided."""

    def answered(
        self, source: str, answer: Answer, *, seconds: float, made: Receipted | None, peer: str
    ) -> None:
        """`made` is what the pipeline made of it, None when it was refused before."""
        ...


class Receiver:
    """The handler of the callback port."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        journal: Journal,
        observer: Observer,
        *,
        limits: Limits,
        clock: Callable[[], str],
        now: Callable[[], float] = time,
        proxies: Proxies | None = None,
        certificate: Callable[[RequestHandler], bytes] | None = None,
        process: Process = process_all,
        is_outdated: Callable[[RequestHandler], bool] | None = None,
        line: Line | None = None,
        arriving: Arriving | None = None,
    ) -> None:
        """`clock` and `now` tell the same time, as text and in Unix seconds; `certificate` reads
        the one a client has shown, None where none can be; `process` may refuse by limits too; a
        connection that `is_outdated` ends with its next answer, unless that is `NO_ROOM`."""
        self._sources = sources
        self._journal = journal
        self._observer = observer
        self._limits = limits
        self._clock = clock
        self._now = now
        self._proxies = proxies
        self._certificate = certificate
        self._together = Together(process)
        self._is_outdated = is_outdated
        self.line = line or Line()
        self._arriving = arriving or Arriving()
        self.draining = False
        self.closing = False
        """Every answer from now on ends its connection."""
        self.busy: set[RequestHandler] = set()
        """Connections with a request in flight."""
        self._confirming: set[asyncio.Future[Receipted]] = set()

    def reload(
        self,
        sources: Mapping[str, Source],
        *,
        limits: Limits,
        proxies: Proxies | None,
        process: Process = process_all,
    ) -> None:
        """Judge by these from now on; a request that has named its source finishes with the old."""
        self._sources, self._limits, self._proxies = sources, limits, proxies
        self._together.process = process

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        """Answer one request; whatever happens inside, the sender gets one of our answers."""
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        received = _Received(request.protocol, partial(_settle, answered), request)
        self.busy.add(request.protocol)
        try:
            self._go(self._admit, received, request)
            if not answered.done():
                await self._read(received, request)
            return response(await answered)
        finally:
            self.busy.discard(request.protocol)

    def take(
        self, head: Head, body: bytes, connection: RequestHandler, done: Callable[[Answer], None]
    ) -> None:
        """The same for a request that has come whole, without a task: `done` gets the answer."""
        self.busy.add(connection)
        self._go(self._take, _Received(connection, done), head, body)

    async def _read(self, received: "_Received", request: web.BaseRequest) -> None:
        try:
            body = await read_body(request, self._limits, self._arriving)
        except Exception as error:  # noqa: BLE001 - the outermost edge
            self._end(received, _failed(error))
        else:
            query = request.rel_url.query if request.query_string else {}
            self._go(self._enter, received, body, request.raw_headers, query)

    def _take(self, received: "_Received", head: Head, body: bytes) -> None:
        self._name(received, head.source, head.token)
        self._assert_room()
        if len(body) > self._limits.max_body:
            raise RequestError(413, Reason.BODY_TOO_LARGE, close=True)
        self._enter(received, body, head.headers, head.query)

    def _go(self, step: "_Step", received: "_Received", *given: object) -> None:
        """One step on the way to the answer, which is the last one's."""
        try:
            answer = step(received, *given)
        except Exception as error:  # noqa: BLE001 - the outermost edge
            answer = _failed(error)
        if answer is not None:
            self._end(received, answer)

    def _go_on(
        self, step: "_Step", received: "_Received", waited_for: "asyncio.Future[object]"
    ) -> None:
        """The step after what was waited for. Nothing raises here: an error would hold its frame,
        and that what holds the error."""
        if waited_for.cancelled():  # the process ends
            return
        error = waited_for.exception()
        if error is None:
            self._go(step, received, waited_for.result())
        else:
            self._end(received, _failed(error))

    def _end(self, received: "_Received", answer: Answer) -> None:
        self.busy.discard(received.connection)
        received.done(self._told(received, answer))

    def _told(self, received: "_Received", answer: Answer) -> Answer:
        peer = received.peer or received.hop
        seconds = perf_counter() - received.started
        self._tell(received.source, answer, seconds=seconds, made=received.made, peer=peer)
        outdated = self._is_outdated is not None and self._is_outdated(received.connection)
        if self.closing or outdated or _is_last(received.request):
            return structs.replace(answer, close=True)
        return answer

    def _tell(
        self, source: str, answer: Answer, *, seconds: float, made: Receipted | None, peer: str
    ) -> None:
        try:
            self._observer.answered(source, answer, seconds=seconds, made=made, peer=peer)
        except Exception:  # noqa: BLE001 - what is durable is answered, whoever fails to count it
            _log.exception("the observer failed")

    def turns_away(self, data: bytes, connection: RequestHandler) -> bool:
        """Whether a callback that has come in one piece while the line is full gets the answer
        `NO_ROOM`; not where it must be looked at."""
        if self.closing:
            return False
        head = head_of(data)
        if head is None or head.source not in self._sources:
            return False
        self._tell(head.source, NO_ROOM, seconds=0.0, made=None, peer=_hop(connection))
        return True

    def malformed(self, request: web.BaseRequest, status: int) -> web.Response:
        """Answer what is not HTTP: a 400 that says nothing of the input, and is counted."""
        answer = ended(RequestError(status, _MALFORMED.get(status, Reason.INTERNAL), close=True))
        return response(self._told(_Received(request.protocol, _nobody, request), answer))

    def _admit(self, received: "_Received", request: web.BaseRequest) -> Answer | None:
        """What is known before the body. None: it is wanted."""
        if FOREIGN in request:
            raise RequestError(400, Reason.MALFORMED_REQUEST, close=True)
        self._name(received, *route(request.rel_url.raw_path, request.rel_url.raw_query_string))
        if request.method != "POST":
            return _other_method(request, received.judge)
        self._assert_room()
        return None

    def _name(self, received: "_Received", name: str, token: bytes | None) -> None:
        source = self._sources.get(name)
        if source is None:
            raise RequestError(404, Reason.UNKNOWN_SOURCE)
        received.source, received.judge, received.proxies = name, source, self._proxies
        received.token = token

    def _assert_room(self) -> None:
        if self.draining:
            raise Busy(Reason.DRAINING, "the gateway is stopping")
        self.line.assert_room()

    def _enter(
        self,
        received: "_Received",
        body: bytes,
        headers: tuple[tuple[bytes, bytes], ...],
        query: Mapping[str, str],
    ) -> None:
        callback = Callback(
            source=received.source,
            body=body,
            headers=headers,
            query=query,
            token=received.token,
            peer=received.hop,
            received_at=self._clock(),
            time=self._now(),
            hop=received.hop,
        )
        if self._certificate is not None:
            certificate = self._certificate(received.connection)
            callback = structs.replace(callback, certificate=certificate)
        if received.proxies is not None:
            callback = received.proxies.seen(callback)
            received.peer = callback.peer
        done = partial(self._go, self._understood, received)
        go = partial(self._together.join, callback, received.judge, done)
        self.line.turn(go, len(body))

    def _understood(self, received: "_Received", made: Receipted | Exception) -> Answer | None:
        if isinstance(made, Exception):
            return _failed(made)
        confirm = received.judge.confirm
        if confirm is None:
            self._keep(received, made)
            return None
        asked = asyncio.ensure_future(confirm(made))
        self._confirming.add(asked)  # the loop itself does not hold its tasks
        asked.add_done_callback(self._confirming.discard)
        asked.add_done_callback(partial(self._go_on, self._keep, received))
        return None

    def _keep(self, received: "_Received", made: Receipted) -> None:
        received.made = made
        self._journal.append(made.entry, partial(self._go, self._kept, received))
        self.line.handed_on()

    def _kept(self, received: "_Received", receipt: Receipt | Exception) -> Answer:
        self.line.settled()
        made = received.made
        if isinstance(receipt, Exception):
            return _failed(receipt)
        assert made is not None
        if receipt.quarantine is not None:
            entry = structs.replace(made.entry, events=(), quarantine=receipt.quarantine)
            received.made = made = structs.replace(made, entry=entry)
        return durable(made.entry, receipt)


def _other_method(request: web.BaseRequest, source: Source) -> Answer:
    """The agreement that some senders ask for with OPTIONS before they deliver; else a 405."""
    headers = None
    if request.method == "OPTIONS" and source.options is not None:
        headers = source.options(request.raw_headers, source.per_minute)
    if headers is None:
        raise RequestError(405, Reason.METHOD_NOT_ALLOWED)
    return agreed(headers)


class _Received:
    """How far a request has come."""

    __slots__ = (
        *("connection", "done", "hop", "judge", "made", "peer", "proxies", "request", "source"),
        *("started", "token"),
    )
    judge: Source
    """By which it is judged: what was valid when it named its source."""
    proxies: Proxies | None
    """The same."""
    token: bytes | None

    def __init__(
        self,
        connection: RequestHandler,
        done: Callable[[Answer], None],
        request: web.BaseRequest | None = None,
    ) -> None:
        """`request`: None where nothing about it could end the connection."""
        self.started = perf_counter()
        self.connection = connection
        self.request = request
        self.done = done
        self.hop = _hop(connection)
        self.source = NO_SOURCE
        self.peer = ""
        self.made: Receipted | None = None


_Step = Callable[..., Answer | None]


def _hop(connection: RequestHandler) -> str:
    """The address at the other end of the connection."""
    peer = connection.peername
    return str(peer[0]) if isinstance(peer, tuple) else ""


def _settle(answered: "asyncio.Future[Answer]", answer: Answer) -> None:
    if not answered.done():  # its handler was cancelled
        answered.set_result(answer)


def _nobody(_answer: Answer) -> None:
    """Waits for it."""


def _failed(error: BaseException) -> Answer:
    """A bug becomes a counted 500."""
    if isinstance(error, GatewayError):
        return ended(error)
    _log.error("a bug ended a request", exc_info=error)
    return ended(GatewayError())


def _is_last(request: web.BaseRequest | None) -> bool:
    """Whether the connection must end with this request.

    After an unread body, a CONNECT or an Upgrade the parser and the sender disagree on where the
    next request begins; after a chunked body the C parser gives its trailers to the next request.
    """
    if request is None:
        return False
    headers = request.headers
    return (
        not request.content.is_eof()
        or "Transfer-Encoding" in headers
        or "Upgrade" in headers
        or request.method == "CONNECT"
    )
