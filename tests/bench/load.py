"""Closed-loop load by wrk, and the CPU time that a process spent on it."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

CONNECTIONS: Final = 64
_TICKS = os.sysconf("SC_CLK_TCK")
_SCRIPT = """
local threads = 0
function setup(thread) thread:set("number", threads) threads = threads + 1 end
function init(args)
  local file = io.open(args[1], "rb")
  local text = file:read("*a")
  file:close()
  local at = text:find("{ID}", 1, true)
  if at then before, after = text:sub(1, at - 1), text:sub(at + 4) else before, after = text, "" end
  base = args[2]
  count = 0
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/xml"
end
function request()
  count = count + 1
  local id = "j" .. base .. number .. string.format("%016x", count)
  return wrk.format(nil, nil, nil, before .. id .. after)
end
function done(summary, latency, requests)
  local errors = summary.errors
  local line = '\\n{"requests": %d, "seconds": %f, "failed": %d, "p50_ms": %f, "p99_ms": %f}\\n'
  io.write(string.format(line, summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


class Server(Protocol):
    """A process under load."""

    @property
    def url(self) -> str:
        """Where callbacks go."""
        ...

    @property
    def pid(self) -> int:
        """Whose CPU counts."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """One run's figures."""

    requests: int
    cpu_us: float
    """CPU of the server process for each request, user and system."""
    per_second: float
    p50_ms: float
    p99_ms: float

    def __str__(self) -> str:
        return (f"{self.cpu_us:7.1f} us CPU/request  {self.per_second:8.0f} requests/s  "
                f"p50 {self.p50_ms:.2f} ms  p99 {self.p99_ms:.2f} ms")  # fmt: skip


def load(server: Server, body: str, seconds: int, *, connections: int = CONNECTIONS) -> Run:
    """Load the server for some seconds; every answer must be a 200."""
    with tempfile.TemporaryDirectory(prefix="gateway-load-") as name:
        script, text = Path(name, "post.lua"), Path(name, "body")
        script.write_text(_SCRIPT)
        text.write_text(body)
        before = cpu_seconds(server.pid)
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script, server.url, "--",
             text, os.urandom(7).hex()],
            check=True, capture_output=True, text=True, timeout=seconds + 30,
        )  # fmt: skip
        spent = cpu_seconds(server.pid) - before
    told = json.loads(done.stdout.strip().splitlines()[-1])
    if told["failed"]:
        raise RuntimeError(f"{told['failed']} of {told['requests']} requests failed")
    return Run(
        requests=told["requests"],
        cpu_us=spent / told["requests"] * 1e6,
        per_second=told["requests"] / told["seconds"],
        p50_ms=told["p50_ms"],
        p99_ms=told["p99_ms"],
    )


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
