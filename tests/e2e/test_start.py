"""Starting: soon, or not at all and with one clear line that says why."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.broker.waiting import until
from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import Gateway, callback

UNPRIVILEGED = ("setpriv", "--bounding-set", "-dac_override")


def told(gateway: Gateway, below: Sequence[str] = ()) -> str:
    """The one line of a gateway that cannot start."""
    assert gateway.launch(below=below).wait(10) == 1
    (line,) = gateway.log.read_text().splitlines()
    assert line.startswith("gateway: ")
    assert gateway.output == ""
    return line


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on, and would share with processes of the same user."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port: int = listener.getsockname()[1]
        yield port


def test_a_gateway_is_ready_soon(new_gateway: NewGateway) -> None:
    """From the command to the first callback: two seconds where Python needs 0.4 for its largest
    libraries. The best of three, as others use the machine."""
    times: list[float] = []
    for _ in range(3):
        started = time.monotonic()
        subprocess.run([sys.executable, "-c", "import aiohttp.web, pydantic"], check=True)
        least = time.monotonic() - started
        gateway = new_gateway()
        gateway.start()
        assert gateway.post(callback("j")).status == 200
        times.append((time.monotonic() - started - least) / least)
        gateway.clean()
    assert min(times) < 12


def test_a_closed_stderr_becomes_no_other_file(new_gateway: NewGateway) -> None:
    """What is logged would be written to it."""
    gateway = new_gateway()
    gateway.launch(below=("sh", "-c", 'exec "$@" 2>&-', "sh"))
    gateway.until_ready()
    assert Path(f"/proc/{gateway.pid}/fd/2").readlink() == Path(os.devnull)
    assert gateway.post(callback("j")).status == 200
    assert gateway.stop() == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_in_use(new_gateway: NewGateway, taken: int, workers: int) -> None:
    """Callbacks would go to somebody else, some of them or all."""
    gateway = new_gateway({"server": {"listen": f"127.0.0.1:{taken}", "workers": workers}})
    line = told(gateway)
    assert f"server.listen: cannot listen on 127.0.0.1:{taken}: Address already in use" in line


def test_where_it_listens_is_told_as_it_is(new_gateway: NewGateway) -> None:
    """In the log; what is printed for copying is where this machine reaches it."""
    every = {"listen": "0.0.0.0:0"}
    gateway = new_gateway({"server": every, "admin": every})
    gateway.start()
    told = f"callbacks on 0.0.0.0:{gateway.port}, operators on 0.0.0.0:{gateway.admin_port}"
    assert told in [line["msg"] for line in gateway.lines()]
    assert gateway.output == f"ready: callbacks on http://127.0.0.1:{gateway.port}\n"


def test_an_admin_port_in_use(new_gateway: NewGateway, taken: int) -> None:
    """Told with its setting, too."""
    line = told(new_gateway({"admin": {"listen": f"127.0.0.1:{taken}"}}))
    assert f"admin.listen: cannot listen on 127.0.0.1:{taken}: Address already in use" in line


def test_two_ports_that_are_one(new_gateway: NewGateway) -> None:
    """As no configuration tells: the second is not to be had while the first is listened on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server, admin = {"listen": f"0.0.0.0:{port}"}, {"listen": f"[::ffff:127.0.0.1]:{port}"}
    line = told(new_gateway({"server": server, "admin": admin}))
    assert f"admin.listen: cannot listen on [::ffff:127.0.0.1]:{port}: Address already" in line


def test_a_journal_in_a_place_that_is_none(new_gateway: NewGateway) -> None:
    """Its folder is a file."""
    gateway = new_gateway({"journal": {"path": "gateway.yaml/journal.db"}})
    assert f"journal {gateway.configuration / 'journal.db'}: " in told(gateway)


def test_a_journal_that_may_not_be_written(new_gateway: NewGateway) -> None:
    """Found at the start, not at the first callback."""
    gateway = new_gateway()
    gateway.start()
    assert gateway.stop() == 0
    gateway.log.unlink()
    for path in gateway.folder.glob("journal.db*"):
        path.chmod(0o444)
    below = UNPRIVILEGED if os.geteuid() == 0 else ()  # root writes where nobody may
    assert f"journal {gateway.journal}: " in told(gateway, below)


def test_a_journal_of_a_newer_gateway(new_gateway: NewGateway) -> None:
    """Not touched, and told so."""
    gateway = new_gateway()
    with sqlite3.connect(gateway.journal) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = gateway.journal.read_bytes()
    assert "newer gateway" in told(gateway)
    assert gateway.journal.read_bytes() == before


def test_a_journal_that_is_something_else(new_gateway: NewGateway) -> None:
    """A file that SQLite has not written is not written to."""
    gateway = new_gateway()
    gateway.journal.write_bytes(b"something else " * 1000)
    assert f"journal {gateway.journal}: " in told(gateway)
    assert gateway.journal.read_bytes() == b"something else " * 1000


def test_a_journal_that_another_gateway_has(new_gateway: NewGateway) -> None:
    """Both would publish all of it; when the other has ended, however it has, it may be had."""
    gateway = new_gateway()
    gateway.start()
    second = new_gateway({"journal": {"path": str(gateway.journal)}})
    line = told(second)
    assert f"journal {gateway.journal}: another gateway has it, process {gateway.pid}; " in line
    assert gateway.post(callback("j")).status == 200
    gateway.kill()
    second.start()
    assert second.stop() == 0


def test_a_hangup_while_it_starts_is_a_reload(new_gateway: NewGateway) -> None:
    """The configuration may have been read just before it changed."""
    gateway = new_gateway()
    status = Path(f"/proc/{gateway.launch().pid}/status")
    hangup = 1 << (signal.SIGHUP - 1)
    until(lambda: int(status.read_text().split("SigBlk:")[1].split()[0], 16) & hangup)
    gateway.signal(signal.SIGHUP)
    gateway.until_ready()
    until(lambda: "the new configuration is in use" in gateway.log.read_text())
    assert gateway.post(callback("j")).status == 200
    assert gateway.stop() == 0


def test_mistakes_in_the_configuration(new_gateway: NewGateway) -> None:
    """Every one with its place, and nothing else; exit code 2, and nothing was made."""
    gateway = new_gateway({"server": {"workers": 0}, "journal": {"pathh": "journal.db"}})
    gateway.settings["sources"] = {"media": {"provider": "none", "verify": []}}
    assert gateway.launch().wait(20) == 2
    lines = gateway.log.read_text().splitlines()
    assert {line.split(": ")[1] for line in lines} == {
        "server.workers",
        "journal.pathh",
        "sources.media.provider",
        "sources.media.verify",
    }
    for line in lines:
        place, row, column = line.split(": ")[0].rsplit(":", 2)
        assert (place, int(row) > 1, int(column) > 1) == (str(gateway.configuration), True, True)
    assert sorted(path.name for path in gateway.folder.iterdir()) == [
        "gateway.yaml",
        "stderr",
        "stdout",
    ]
