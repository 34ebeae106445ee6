"""A real nginx on loopback before a callback port, and what it passed on."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.broker.waiting import until

PATH: Final = os.environ.get("PATH", "") + ":/usr/sbin"
COMMAND: Final = shutil.which("nginx", path=PATH)
_CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{
  log_format passed '$request_method $upstream_status';
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream gateway {{ server 127.0.0.1:{upstream}; keepalive 4; }}
  server {{
    listen 127.0.0.1:{port}; server_name _; access_log {folder}/passed passed;
    keepalive_timeout 2; merge_slashes off;
    location / {{
      proxy_pass http://gateway; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_next_upstream off; proxy_request_buffering {buffering};
    }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """Where it listens, and where it writes what it passed on."""

    port: int
    log: Path

    def passed(self) -> list[int]:
        """The status of each request that it passed on, in order of the answers."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [int(status) for status in (line.split()[-1] for line in lines) if status != "-"]


@contextmanager
def nginx(folder: Path, upstream: int, *, buffering: str) -> Iterator[Nginx]:
    """nginx before the port `upstream`, until the block ends; `buffering` of bodies: on or off."""
    assert COMMAND is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    file = folder / "nginx.conf"
    file.write_text(
        _CONFIGURATION.format(folder=folder, upstream=upstream, port=port, buffering=buffering)
    )
    process = subprocess.Popen([COMMAND, "-p", folder, "-c", file, "-e", folder / "errors"])
    try:
        until(lambda: _listens(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "errors").read_text()
        yield Nginx(port, folder / "passed")
    finally:
        process.terminate()
        process.wait(20)


async def exchange(port: int, data: bytes, seconds: float) -> bytes:
    """Send `data` to the port and no more; all that comes back until the end, or for `seconds`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = bytearray()
    try:
        writer.write(data)
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(seconds):
                while chunk := await reader.read(65536):
                    told += chunk
    finally:
        writer.transport.abort()
    return bytes(told)


def _listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0
