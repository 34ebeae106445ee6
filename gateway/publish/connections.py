"""A request for a broker → its answer or an error, within a deadline, over kafka-python.

Nothing here has a thread but the lookup of names: the loop turns while somebody waits on it. Of
kafka-python only the connections are used, and they have two gaps that are closed here: a name
that is looked up would stop the loop, and a TLS handshake would wait for ever.
"""

import logging
import socket
import ssl
from contextlib import suppress
from ipaddress import ip_address
from threading import Thread
from typing import Final
from weakref import ref

from kafka.errors import KafkaConnectionError, RequestTimedOutError
from kafka.future import Future
from kafka.net.connection import KafkaConnection
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.protocol.metadata import MetadataResponse

from gateway.publish.options import KafkaOptions

_SECURITY: Final = (
    *("client_id", "security_protocol", "sasl_mechanism", "sasl_plain_username"),
    *("sasl_plain_password", "request_timeout_ms"),
)
_STEPS: Final = 3
"""To look up and connect, to shake hands, to ask: each may take `request_timeout_ms`."""
_HUNG_UP: Final = (
    # kafka-python loses the broker's reason when its goodbye comes with it.
    "the broker hung up on us: are security_protocol, user and password right?"
)

Node = int | str
"""A broker's number, or the name of a bootstrap server."""


class Connections:
    """One to each broker that is spoken to, made when it is needed."""

    def __init__(self, loop: NetworkSelector, options: KafkaOptions) -> None:
        for module in ("manager", "connection", "transport", "inet"):
            # Each attempt's failures, which come back as exceptions and are told once.
            logging.getLogger(f"kafka.net.{module}").setLevel(logging.CRITICAL)
        self._loop = loop
        self._names = _Names(loop)
        self._patience = options.request_timeout_ms / 1000 * _STEPS
        self._open: dict[Node, KafkaConnection] = {}
        self._manager = KafkaConnectionManager(
            loop,
            bootstrap_servers=list(options.bootstrap_servers),
            reconnect_backoff_max_ms=1000,
            # The second would grow to 30 s after a few failures, and with it each attempt.
            socket_connection_setup_timeout_ms=options.request_timeout_ms,
            socket_connection_setup_timeout_max_ms=options.request_timeout_ms,
            ssl_context=_Tls(loop, options),
            **{name: getattr(options, name) for name in _SECURITY},
        )

    def nodes(self) -> list[Node]:
        """The brokers that are known, then the bootstrap servers that are none of them."""
        known = self._manager.cluster
        places = {(node.host, node.port): node.node_id for node in known.bootstrap_brokers()}
        for node in known.brokers():
            places.pop((node.host, node.port), None)
        return [*(node.node_id for node in known.brokers()), *places.values()]

    def address(self, node: Node) -> str:
        """Host and port, as far as they are known."""
        broker = self._manager.cluster.broker_metadata(node)
        return f"{broker.host}:{broker.port}" if broker else f"broker {node}"

    def learn(self, metadata: MetadataResponse) -> None:
        """Takes over which brokers there are."""
        self._manager.cluster.update_metadata(metadata)

    def ask(self, node: Node, request: object) -> Future:
        """The coming answer, or the exception that came in its place."""
        answer = Future()
        self._loop.call_soon(self._exchange(node, request, answer))
        timer = self._loop.call_later(self._patience, lambda: self._give_up(answer))
        answer.add_both(lambda _: self._loop.cancel(timer))
        return answer

    def close(self) -> None:
        """Ends all of them."""
        self._manager.close()

    async def _exchange(self, node: Node, request: object, answer: Future) -> None:
        try:
            connection = await self._connection(node)
            reply = await connection.send_request(request)
        except Exception as error:  # noqa: BLE001 - it is for whoever waits for the answer
            _strip(error)
            if not answer.is_done:
                answer.failure(error)
        else:
            if not answer.is_done:
                answer.success(reply)

    async def _connection(self, node: Node) -> KafkaConnection:
        connection = self._open.get(node)
        if connection is None:
            broker = self._manager.cluster.broker_metadata(node)
            if broker is not None:
                await self._names.find(broker.host)
            # By default a broken connection would start kafka-python's own refresh of metadata.
            connection = self._manager.get_connection(node, refresh_metadata_on_err=False)
            self._open[node] = connection
            connection.close_future.add_both(lambda _: self._open.pop(node, None))
        try:
            return await connection
        except KafkaConnectionError as error:
            if error.args == ("socket disconnected",):
                raise KafkaConnectionError(_HUNG_UP) from error
            raise

    def _give_up(self, answer: Future) -> None:
        if not answer.is_done:
            answer.failure(RequestTimedOutError(f"nothing within {self._patience:.0f} s"))


class _Names:
    """Finds out in a thread whether a name is known, before kafka-python asks once more."""

    def __init__(self, loop: NetworkSelector) -> None:
        self._loop = loop
        self._lookups: dict[str, Future] = {}

    async def find(self, host: str) -> None:
        """Returns when there is an address. Raises KafkaConnectionError."""
        with suppress(ValueError):
            ip_address(host)
            return
        lookup = self._lookups.get(host)
        if lookup is None:
            lookup = self._lookups[host] = Future()
            Thread(target=self._look_up, args=(host,), daemon=True).start()
        await lookup

    def _look_up(self, host: str) -> None:
        error = None
        try:
            socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as raised:
            error = KafkaConnectionError(f"the name {host} is not known: {raised.strerror}")
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(lambda: self._found(host, error))

    def _found(self, host: str, error: KafkaConnectionError | None) -> None:
        lookup = self._lookups.pop(host)
        lookup.success(None) if error is None else lookup.failure(error)


class _Tls:
    """Stands in for an `ssl.SSLContext`; the files are read anew for each connection."""

    def __init__(self, loop: NetworkSelector, options: KafkaOptions) -> None:
        self._loop = loop
        self._options = options

    def wrap_socket(
        self, sock: socket.socket, *, server_hostname: str, do_handshake_on_connect: bool
    ) -> ssl.SSLSocket:
        """A socket whose handshake fails when it has not succeeded in time."""
        wrapped = self._context().wrap_socket(
            sock,
            server_hostname=server_hostname,
            do_handshake_on_connect=do_handshake_on_connect,
        )
        seconds = self._options.request_timeout_ms / 1000
        weak = ref(wrapped)
        self._loop.call_later(seconds, lambda: _give_up(weak()))
        return wrapped

    def _context(self) -> ssl.SSLContext:
        options = self._options
        context = ssl.create_default_context(cafile=options.ssl_cafile)
        context.check_hostname = options.ssl_check_hostname
        if options.ssl_certfile is not None:
            password = options.ssl_password
            context.load_cert_chain(options.ssl_certfile, options.ssl_keyfile, password)
        return context


def _strip(error: BaseException | None) -> None:
    """Its frames would keep the socket of a failed connection open until they are collected."""
    while error is not None:
        error.__traceback__ = None
        error = error.__context__


def _give_up(sock: ssl.SSLSocket | None) -> None:
    if sock is not None and sock.fileno() >= 0 and sock.version() is None:
        with suppress(OSError):
            # Of the socket below: whoever waits for it wakes up, and finds that it is at its end.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
