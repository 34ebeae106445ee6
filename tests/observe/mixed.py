"""One request of every kind that a receiver answers, over real connections."""

import socket
import struct
from collections.abc import Callable
from typing import Final

from tests.e2e.gateway import TOKEN, Gateway, callback
from tests.laws.cases import EXAMPLES, case
from tests.sources import as_json, job

Send = Callable[[Gateway], None]


def post(body: bytes, *headers: tuple[str, str], path: str | None = None) -> Send:
    """A proper POST."""
    return lambda gateway: _answered(gateway.post(body, *headers, path=path).status)


def wire(request: bytes) -> Send:
    """Bytes as they are, and whatever is answered."""

    def send(gateway: Gateway) -> None:
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
            connection.sendall(request.replace(b"PATH", gateway.path.encode()))
            _answered(len(connection.recv(1 << 16)))

    return send


def aborted(request: bytes) -> Send:
    """A sender that resets its connection in the middle of a request."""

    def send(gateway: Gateway) -> None:
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
            connection.sendall(request.replace(b"PATH", gateway.path.encode()))
            gateway.post(b"", path="/elsewhere")  # so that the receiver has seen it
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    return send


def _answered(something: int) -> None:
    assert something


_HOST = b"Host: g\r\n"
_TIMED = as_json(
    job(
        Tag="Transcode",
        CreationTime="2022-06-30T15:29:42+0800",
        StartTime="2022-06-30T15:29:45+0800",
        EndTime="2022-06-30T15:30:08+0800",
    )
)
EVERY: Final[dict[str, tuple[Send, int]]] = {
    "accepted": (post(_TIMED), 1),
    "duplicate": (post(_TIMED), 1),
    "unknown fields": (post(as_json(job(JobId="j2", Tag="Strange", Operation={"New": "1"}))), 1),
    "other Tag": (post(as_json(job(JobId="j3", Tag="Other", New="1", Input={"B": "x"}))), 1),
    "query token": (post(callback("j4"), path=f"/callbacks/media?token={TOKEN}"), 1),
    "empty": (post(b""), 1),
    "not_xml_or_json": (post(b"hello"), 1),
    "malformed_xml": (post(b"<a>"), 1),
    "doctype": (post(b"<!DOCTYPE a><a/>"), 1),
    "malformed_json": (post(b"{"), 1),
    "too_deep": (post(b"[" * 100 + b"]" * 100), 1),
    "schema": (post(b'{"EventName": "TaskFinish", "JobsDetail": {"State": "Success"}}'), 1),
    "encoding": (post(b"<a>\xff</a>"), 1),
    "probe": (post(case(EXAMPLES / "tencent-ci/moderation-probe-text.http").body), 1),
    "no token": (post(callback("j5"), path="/callbacks/media"), 1),
    "wrong token": (post(callback("j5"), path="/callbacks/media/nonsense"), 1),
    "unknown_source": (post(callback("j5"), path="/callbacks/absent/x"), 1),
    "not_found": (post(b"", path="/"), 1),
    "GET": (wire(b"GET PATH HTTP/1.1\r\n" + _HOST + b"\r\n"), 1),
    "HEAD": (wire(b"HEAD PATH HTTP/1.1\r\n" + _HOST + b"\r\n"), 1),
    "length_required": (wire(b"POST PATH HTTP/1.1\r\n" + _HOST + b"\r\n"), 1),
    "body_too_large": (
        wire(b"POST PATH HTTP/1.1\r\n" + _HOST + b"Content-Length: 9999999\r\n\r\n"),
        1,
    ),
    "content_encoding": (post(b"x", ("Content-Encoding", "gzip")), 1),
    "expectation_failed": (post(b"x", ("Expect", "nonsense")), 1),
    "malformed_request": (wire(b"nonsense\r\n\r\n"), 1),
    "body_timeout": (wire(b"POST PATH HTTP/1.1\r\n" + _HOST + b"Content-Length: 5\r\n\r\nab"), 1),
    "disconnected": (
        aborted(b"POST PATH HTTP/1.1\r\n" + _HOST + b"Content-Length: 5\r\n\r\nab"),
        2,
    ),
}
"""Name → how it is sent, and how many requests that are."""
