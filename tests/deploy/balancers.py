"""deploy/nginx.conf and deploy/haproxy.cfg before two gateways on loopback, without TLS."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.broker.kafka import free_port
from tests.broker.waiting import until
from tests.e2e.gateway import Gateway, request

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
_PATHS: Final = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
_TEMPORARY: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True, slots=True)
class Balancer:
    """One that runs."""

    port: int
    log: Path
    """All that it wrote."""


def program(name: str) -> str:
    """Where it is; skips the test where it is not."""
    found = shutil.which(name, path=_PATHS)
    if found is None:
        pytest.skip(f"needs {name}, of Debian's package {name}")
    return found


def nginx(folder: Path, port: int, gateways: Sequence[Gateway]) -> list[str]:
    """The command, once its configuration is written."""
    text = re.sub(r"^ *ssl_.*\n", "", (DEPLOY / "nginx.conf").read_text(), flags=re.MULTILINE)
    text = _with(
        text,
        ("443 ssl", f"127.0.0.1:{port}"),
        *((f"gateway-{n}:8080", f"127.0.0.1:{each.port}") for n, each in enumerate(gateways, 1)),
    )
    file = folder / "nginx.conf"
    file.write_text(writing_below(folder, text))
    return [program("nginx"), "-e", str(folder / "log"), "-c", str(file), "-p", str(folder)]


def writing_below(folder: Path, text: str) -> str:
    """A configuration of nginx, `text`, in the foreground, with all that it writes in `folder`."""
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in _TEMPORARY)
    log = ("/var/log/nginx/error.log", str(folder / "log"))
    confined = _with(text, ("http {", f"http {{ {temporary}"), log)
    return f"pid {folder}/pid;\ndaemon off;\n{confined}"


def haproxy(folder: Path, port: int, gateways: Sequence[Gateway]) -> list[str]:
    """The command, once its configuration is written."""
    text = _with(
        (DEPLOY / "haproxy.cfg").read_text(),
        (":443 ssl crt /etc/haproxy/server.pem", f"127.0.0.1:{port}"),
        *(
            (
                f"gateway-{n}:8080 check port 9090",
                f"127.0.0.1:{each.port} check port {each.admin_port}",
            )
            for n, each in enumerate(gateways, 1)
        ),
    )
    file = folder / "haproxy.cfg"
    file.write_text(text)
    return [program("haproxy"), "-db", "-f", str(file)]


BALANCERS: Final[dict[str, Callable[[Path, int, Sequence[Gateway]], list[str]]]] = {
    "nginx": nginx,
    "haproxy": haproxy,
}


@contextmanager
def balancer(name: str, folder: Path, gateways: Sequence[Gateway]) -> Iterator[Balancer]:
    """Before `gateways`, which run; it ends with the block."""
    made = Balancer(free_port(), folder / "log")
    command = BALANCERS[name](folder, made.port, gateways)
    with made.log.open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(lambda: process.poll() is not None or is_listening(made.port), within=20)
        assert process.poll() is None, made.log.read_text()
        yield made
    finally:
        process.terminate()
        process.wait(20)


def is_listening(port: int) -> bool:
    """Whether it answers, and answers for callbacks only."""
    try:
        return request(port, "GET", "/").status == 404
    except OSError:
        return False


def _with(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text
