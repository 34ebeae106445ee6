"""The two servers that are compared, each in a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.gateway import group

_TOKEN = "bench-token-0123456789abcdef"
_BARE = """
import asyncio, socket, uvloop
from aiohttp import web

async def handler(request):
    await request.read()
    return web.Response(body=b'{"status":"accepted"}', content_type="application/json")

async def main():
    app = web.Application()
    app.router.add_post("/callbacks/{source}/{token}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    sock = socket.create_server(("127.0.0.1", 0), backlog=1024)
    await web.SockSite(runner, sock).start()
    print(sock.getsockname()[1], flush=True)
    await asyncio.Event().wait()

uvloop.run(main())
"""
_CONFIGURATION = """
server: {listen: "127.0.0.1:0"}
admin: {listen: "127.0.0.1:0"}
journal: {path: journal.db}
sources:
  bench:
    provider: tencent-ci
    verify:
      - token: {secrets: ["env:BENCH_TOKEN"]}
      - buckets: ["test-123456789"]
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: where it is, and the process whose CPU counts."""

    url: str
    pid: int

    def memory_mib(self) -> float:
        """Resident set of the process."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024


def bare_server() -> AbstractContextManager[Served]:
    """aiohttp on uvloop that reads the body and says 200."""
    return _serving("-c", _BARE)


def staged_server(stage: str, folder: Path) -> AbstractContextManager[Served]:
    """A receiver with the stages up to `stage` (`tests.bench.staged`), its journal in `folder`."""
    (folder / "gateway.yaml").write_text(_CONFIGURATION)
    return _serving("-m", "tests.bench.staged", stage, folder, log=folder / "gateway.log")


@contextmanager
def _serving(*arguments: "str | Path", log: Path | None = None) -> Iterator[Served]:
    """Python with these arguments, which prints its port."""
    with ExitStack() as opened:
        stderr = opened.enter_context(log.open("wb")) if log else None
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=os.environ | {"BENCH_TOKEN": _TOKEN},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield Served(f"http://127.0.0.1:{port}/callbacks/bench/{_TOKEN}", process.pid)
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def gateway_server(folder: Path) -> Iterator[Served]:
    """The gateway with one receiver, token and buckets check, its journal in `folder`."""
    configuration = folder / "gateway.yaml"
    configuration.write_text(_CONFIGURATION)
    log = folder / "gateway.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", "-c", configuration],
            env=os.environ | {"BENCH_TOKEN": _TOKEN},
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        url = f"{address}/callbacks/bench/{_TOKEN}"
        yield Served(url, _receiver(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


def _receiver(supervisor: int) -> int:
    for child in group(supervisor):
        if Path(f"/proc/{child}/comm").read_text().startswith("receiver"):
            return child
    raise RuntimeError("the gateway has no receiver")
