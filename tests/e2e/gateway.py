"""A gateway as its operators run it: `gateway serve` in processes of its own, on loopback ports.

Its folder has the configuration, the journal and what it wrote; they, and its ports, stay over
kills and restarts, so that a crash is a crash and not a new gateway.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from prometheus_client.parser import text_string_to_metric_families

from gateway.core.model import Document
from tests.broker.waiting import until
from tests.sources import NAME, PROVIDER, SECRET, as_json, job

TOKEN: Final = SECRET.decode()
_READY = re.compile(r"^ready: callbacks on https?://127\.0\.0\.1:(\d+)$", re.MULTILINE)
_PORTS = re.compile(r"callbacks on \S+:\d+, operators on \S+:(\d+)")
_ZOMBIE = "Z"

Settings = Mapping[str, object]
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
"""Name and sorted labels → value."""


def callback(key: str, number: int | str = 0, *, state: str = "Success") -> bytes:
    """The body of a finished job `key`; another `number` is a later callback of the same job."""
    operation = {"UserData": str(number)}
    return as_json(job(JobId=key, State=state, Tag="Transcode", Operation=operation))


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Document:
        """The body, parsed."""
        document: Document = json.loads(self.body)
        return document


def request(
    port: int, method: str, target: str, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()
) -> Reply:
    """One request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.putrequest(method, target)
        for name, value in (("Content-Length", str(len(body))), *headers):
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return Reply(response.status, dict(response.headers), response.read())
    finally:
        connection.close()


class Gateway:
    """`settings`: sections of `gateway.yaml` beside, or instead of, those of one open source."""

    def __init__(self, folder: Path, settings: Settings, environ: Mapping[str, str]) -> None:
        token = {"token": {"secrets": ["env:CI_TOKEN"]}}
        self.folder = folder
        self.settings: dict[str, object] = {
            "journal": {"path": "journal.db"},
            "sources": {NAME: {"provider": PROVIDER, "verify": [token]}},
            **settings,
        }
        self.port = 0
        self.admin_port = 0
        # As installed: with bytecode, which halves the time to start.
        inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.environ = {**inherited, "CI_TOKEN": TOKEN, "TMPDIR": str(folder), **environ}
        self._groups: list[subprocess.Popen[bytes]] = []

    @property
    def configuration(self) -> Path:
        """The file `gateway.yaml`."""
        return self.folder / "gateway.yaml"

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.folder / "journal.db"

    @property
    def path(self) -> str:
        """The callback path, with its secret."""
        return f"/callbacks/{NAME}/{TOKEN}"

    @property
    def url(self) -> str:
        """Where to post callbacks to."""
        return f"http://127.0.0.1:{self.port}{self.path}"

    @property
    def pid(self) -> int:
        """The parent process."""
        return self._groups[-1].pid

    @property
    def log(self) -> Path:
        """What all runs wrote to stderr."""
        return self.folder / "stderr"

    @property
    def output(self) -> str:
        """What the newest run wrote to stdout."""
        return (self.folder / "stdout").read_text()

    def write(self) -> None:
        """Write the configuration, with the ports of the last run."""
        server = {"listen": f"127.0.0.1:{self.port}"}
        admin = {"listen": f"127.0.0.1:{self.admin_port}"}
        settings = self.settings | {"server": server | _section(self.settings.get("server"))}
        self.configuration.write_text(json.dumps({"admin": admin, **settings}, indent=1))

    def launch(
        self, *, stderr: int | None = None, below: Sequence[str] = ()
    ) -> subprocess.Popen[bytes]:
        """Start it and return at once. `stderr`: where it goes instead of to `log`; `below`: the
        command, such as `nice`, that runs it."""
        self.write()
        with (self.folder / "stdout").open("wb") as out, self.log.open("ab") as log:
            self._groups.append(
                subprocess.Popen(
                    [*below, sys.executable, "-m", "gateway", "serve", "-c", self.configuration],
                    env=self.environ,
                    stdout=out,
                    stderr=log if stderr is None else stderr,
                    start_new_session=True,
                )
            )
        return self._groups[-1]

    def start(self) -> None:
        """Start it and return once it accepts callbacks."""
        self.launch()
        self.until_ready()
        self.find_admin_port()

    def until_ready(self) -> None:
        """Return once what was launched accepts callbacks."""
        process = self._groups[-1]
        until(lambda: _READY.search(self.output) or process.poll() is not None, within=60)
        ready = _READY.search(self.output)
        assert ready is not None, self.log.read_text()
        self.port = int(ready[1])

    def find_admin_port(self) -> None:
        """Read it from the log, once it is there; of the newest run."""
        until(lambda: _PORTS.search(self.log.read_text()))
        *_, newest = _PORTS.finditer(self.log.read_text())
        self.admin_port = int(newest[1])

    def children(self, name: str) -> list[int]:
        """Pids of the living processes called `receiver`, `publisher` or `forkserver`."""
        return [pid for pid in group(self.pid) if _stat(pid)[:1] == [name]]

    def processes(self) -> list[int]:
        """Pids of all of them."""
        return list(group(self.pid))

    def child(self, name: str) -> int:
        """The pid of the only such child, once there is one."""
        until(lambda: self.children(name))
        (pid,) = self.children(name)
        return pid

    def signal(self, number: signal.Signals) -> None:
        """Tell the parent process."""
        self._groups[-1].send_signal(number)

    def wait(self, within: float = 20) -> int:
        """The exit code of the parent, once it has ended."""
        return self._groups[-1].wait(within)

    def kill(self) -> None:
        """End all of its processes at once (SIGKILL)."""
        _kill_group(self._groups[-1])

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def clean(self) -> None:
        """End whatever is left of any run."""
        for group in self._groups:
            _kill_group(group)

    def post(self, body: bytes, *headers: tuple[str, str], path: str | None = None) -> Reply:
        """Post a callback."""
        return request(self.port, "POST", self.path if path is None else path, body, headers)

    def ask(self, path: str) -> Reply:
        """Get a path of the admin port."""
        return request(self.admin_port, "GET", path)

    def metrics(self) -> Samples:
        """What `/metrics` says now."""
        reply = self.ask("/metrics")
        assert reply.status == 200, reply.body
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(reply.body.decode())
            for sample in family.samples
        }

    def metric(self, name: str, **labels: str) -> float:
        """One sample, 0 where it is not there."""
        return self.metrics().get((name, tuple(sorted(labels.items()))), 0.0)

    def lines(self) -> list[dict[str, Any]]:
        """What was logged; every line is a JSON object."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def _section(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def group(leader: int) -> Iterator[int]:
    """The living processes of a process group, whoever their parents are by now."""
    for each in Path("/proc").glob("[0-9]*"):
        pid = int(each.name)
        with suppress(ProcessLookupError):
            if os.getpgid(pid) == leader and is_alive(pid):
                yield pid


def _stat(pid: int) -> list[str]:
    """Name and state of a process; empty when it is gone or a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    name, _, rest = text.partition("(")[2].rpartition(")")
    state = rest.split()[0]
    return [] if state == _ZOMBIE else [name, state]


def is_alive(pid: int) -> bool:
    """Whether the process runs, and is not only waiting to be reaped."""
    return bool(_stat(pid))


def resident_mib(pid: int) -> float:
    """The memory of a process that is in RAM."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def together_mib(pids: Iterable[int]) -> float:
    """The memory of processes that is in RAM; what they share counts once (PSS)."""
    return sum(map(_proportional_kib, pids)) / 1024


def _proportional_kib(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has ended
        return 0
    return int(told.partition("\nPss:")[2].split()[0])


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)
