"""A callback whose last byte is held back, so that a request is in flight for as long as wanted."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse

from tests.e2e.gateway import Gateway, Reply, callback


class Unfinished:
    """A request whose last byte has not been sent."""

    def __init__(self, gateway: Gateway, key: str) -> None:
        body = callback(key)
        head = f"POST {gateway.path} HTTP/1.1\r\nHost: g\r\nContent-Length: {len(body)}\r\n\r\n"
        self._connection = socket.create_connection(("127.0.0.1", gateway.port), timeout=20)
        self._connection.sendall(head.encode() + body[:-1])
        self._last = body[-1:]

    def finish(self) -> Reply:
        """Send the last byte and read the answer."""
        self._connection.sendall(self._last)
        response = HTTPResponse(self._connection, method="POST")
        try:
            response.begin()
            return Reply(response.status, dict(response.headers), response.read())
        finally:
            response.close()

    def close(self) -> None:
        """Give up."""
        self._connection.close()


@contextmanager
def unfinished(gateway: Gateway, key: str) -> Iterator[Unfinished]:
    """A request that has begun, and that the receiver has seen."""
    request = Unfinished(gateway, key)
    try:
        assert gateway.post(callback(f"after-{key}")).status == 200
        yield request
    finally:
        request.close()
