"""Request → Callback → journal → Answer, for every request exactly one counted result.

`POST /callbacks/{source}[/{token}]`; the token may also stand in `?token=`. Refusals are returned,
not raised through aiohttp, which would double their price.
"""

import logging
from collections.abc import Callable, Mapping
from time import perf_counter, time
from typing import Final, Protocol
from urllib.parse import unquote_to_bytes

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from gateway.core.errors import Busy, GatewayError, Reason
from gateway.core.model import Callback, Entry, Receipt
from gateway.core.pipeline import Receipted, Source, process
from gateway.intake.answer import Answer, RequestError, agreed, durable, ended, response, said
from gateway.intake.body import Arriving, Limits, read_body
from gateway.intake.line import Line
from gateway.intake.proxies import Proxies
from gateway.intake.whole import source_of

FOREIGN: Final = web.RequestKey("foreign", bool)
"""Set on a request that names another version of HTTP than 1.0 or 1.1."""
NO_SOURCE: Final = "(none)"
"""The source label of requests that name none of ours; no configured source can have it."""

_NO_ROOM: Final = ended(Busy(Reason.OVERLOADED, "no room"))
_NO_ROOM_SAID: Final = said(_NO_ROOM)
_MALFORMED = {
    400: Reason.MALFORMED_REQUEST,
    405: Reason.METHOD_NOT_ALLOWED,
    411: Reason.LENGTH_REQUIRED,
}
_log = logging.getLogger(__name__)
Process = Callable[[Callback, Source], Receipted]


class Journal(Protocol):
    """Makes entries durable."""

    async def append(self, entry: Entry) -> Receipt:
        """Return once the entry is on disk; `Busy` when it cannot be."""
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
        certificate: Callable[[web.BaseRequest], bytes] | None = None,
        process: Process = process,
        is_outdated: Callable[[web.BaseRequest], bool] | None = None,
        line: Line | None = None,
        arriving: Arriving | None = None,
    ) -> None:
        """`clock` and `now` tell the same time, as text and in Unix seconds; `certificate` reads
        the one a client has shown, None where none can be; `process` may refuse by limits too; a
        connection that `is_outdated` ends with its next answer, unless that is `turned_away`."""
        self._sources = sources
        self._journal = journal
        self._observer = observer
        self._limits = limits
        self._clock = clock
        self._now = now
        self._proxies = proxies
        self._certificate = certificate
        self._process = process
        self._is_outdated = is_outdated
        self.line = line or Line()
        self._arriving = arriving or Arriving()
        self.draining = False
        self.closing = False
        """Every answer from now on ends its connection."""
        self.busy: set[RequestHandler] = set()
        """Connections with a request in flight."""

    def reload(
        self,
        sources: Mapping[str, Source],
        *,
        limits: Limits,
        proxies: Proxies | None,
        process: Process = process,
    ) -> None:
        """Judge by these from now on; a request that has named its source finishes with the old."""
        self._sources, self._limits, self._proxies = sources, limits, proxies
        self._process = process

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        """Answer one request; whatever happens inside, the sender gets one of our answers."""
        self.busy.add(request.protocol)
        try:
            return await self._answered(request)
        finally:
            self.busy.discard(request.protocol)

    async def _answered(self, request: web.BaseRequest) -> web.Response:
        started = perf_counter()
        received = _Received()
        try:
            answer = await self._receive(request, received)
        except GatewayError as error:
            answer = ended(error)
        except Exception:  # noqa: BLE001 - the outermost edge: a bug becomes a counted 500
            _log.exception("a bug ended a request")
            answer = ended(GatewayError())
        return self._told(request, answer, received, perf_counter() - started)

    def _told(
        self, request: web.BaseRequest, answer: Answer, received: "_Received", seconds: float
    ) -> web.Response:
        peer = received.peer or request.remote or ""
        self._tell(received.source, answer, seconds=seconds, made=received.made, peer=peer)
        made = response(answer)
        outdated = self._is_outdated is not None and self._is_outdated(request)
        if self.closing or outdated or _is_last(request):
            made.force_close()
        return made

    def _tell(
        self, source: str, answer: Answer, *, seconds: float, made: Receipted | None, peer: str
    ) -> None:
        try:
            self._observer.answered(source, answer, seconds=seconds, made=made, peer=peer)
        except Exception:  # noqa: BLE001 - what is durable is answered, whoever fails to count it
            _log.exception("the observer failed")

    def turned_away(self, data: bytes, peer: str) -> bytes | None:
        """The whole answer to a callback that has come in one piece while the line is full; None
        where it must be looked at."""
        if self.closing:
            return None
        source = source_of(data)
        if source not in self._sources:
            return None
        self._tell(source, _NO_ROOM, seconds=0.0, made=None, peer=peer)
        return _NO_ROOM_SAID

    def malformed(self, request: web.BaseRequest, status: int) -> web.Response:
        """Answer what is not HTTP: a 400 that says nothing of the input, and is counted."""
        answer = ended(RequestError(status, _MALFORMED.get(status, Reason.INTERNAL), close=True))
        return self._told(request, answer, _Received(), 0.0)

    async def _receive(self, request: web.BaseRequest, received: "_Received") -> Answer:
        if FOREIGN in request:
            raise RequestError(400, Reason.MALFORMED_REQUEST, close=True)
        name, token = _route(request)
        source = self._sources.get(name)
        if source is None:
            raise RequestError(404, Reason.UNKNOWN_SOURCE)
        received.source, proxies = name, self._proxies
        if request.method != "POST":
            return _other_method(request, source)
        if self.draining:
            raise Busy(Reason.DRAINING, "the gateway is stopping")
        self.line.assert_room()
        body = await read_body(request, self._limits, self._arriving)
        hop = request.remote or ""
        callback = Callback(
            source=name,
            body=body,
            headers=request.raw_headers,
            query=request.rel_url.query if request.query_string else {},
            token=token,
            peer=hop,
            received_at=self._clock(),
            time=self._now(),
            hop=hop,
        )
        if self._certificate is not None:
            callback = callback._replace(certificate=self._certificate(request))
        if proxies is not None:
            callback = proxies.seen(callback)
            received.peer = callback.peer
        await self.line.turn()
        made = self._process(callback, source)
        if source.confirm is not None:
            made = await source.confirm(made)
        received.made = made
        receipt = await self._journal.append(made.entry)
        if receipt.quarantine is not None:
            entry = made.entry._replace(events=(), quarantine=receipt.quarantine)
            received.made = made = made._replace(entry=entry)
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
    """How far a request came, for the observer."""

    __slots__ = ("made", "peer", "source")

    def __init__(self) -> None:
        self.source = NO_SOURCE
        self.peer = ""
        self.made: Receipted | None = None


def _route(request: web.BaseRequest) -> tuple[str, bytes | None]:
    """Source and token of the URL. Only path and query count, never the host of the target."""
    url = request.rel_url
    parts = url.raw_path.split("/")
    if len(parts) not in (3, 4) or parts[1] != "callbacks":
        raise RequestError(404, Reason.NOT_FOUND)
    if parts[3:] not in ([], [""]):
        return parts[2], unquote_to_bytes(parts[3])
    return parts[2], query_token(url.raw_query_string) if url.raw_query_string else None


def query_token(query: str) -> bytes | None:
    """The one `token` of a query, as bytes: a plus sign is a plus sign in a secret."""
    pairs = [pair.partition("=") for pair in query.split("&")]
    tokens = [value for name, _, value in pairs if unquote_to_bytes(name) == b"token"]
    return unquote_to_bytes(tokens[0]) if len(tokens) == 1 else None


def _is_last(request: web.BaseRequest) -> bool:
    """Whether the connection must end with this request.

    After an unread body, a CONNECT or an Upgrade the parser and the sender disagree on where the
    next request begins; after a chunked body the C parser gives its trailers to the next request.
    """
    headers = request.headers
    return (
        not request.content.is_eof()
        or "Transfer-Encoding" in headers
        or "Upgrade" in headers
        or request.method == "CONNECT"
    )
