"""deploy/systemd: a unit that systemd understands and that confines the gateway."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "deploy/systemd/callback-gateway.service"
GUIDE = UNIT.parents[1] / "README.md"
ANALYZE = shutil.which("systemd-analyze")
PROGRAM = "/opt/callback-gateway/bin/gateway"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit, with a program that is on this machine and no user that is not."""
    lines = UNIT.read_text().replace(PROGRAM, "/bin/true").splitlines()
    kept = [line for line in lines if not line.startswith(("User=", "Group="))]
    unit = tmp_path / UNIT.name
    unit.write_text("\n".join(kept) + "\n")
    return unit


@pytest.mark.skipif(ANALYZE is None, reason="needs systemd-analyze, of Debian's systemd")
def test_systemd_finds_no_mistake(installed: Path) -> None:
    verify = [str(ANALYZE), "verify", "--man=no", "--recursive-errors=no", str(installed)]
    done = subprocess.run(verify, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(ANALYZE is None, reason="needs systemd-analyze, of Debian's systemd")
def test_systemd_calls_it_well_confined() -> None:
    """An exposure of 2.0 of 10 at the most."""
    rate = [str(ANALYZE), "security", "--offline=true", "--threshold=20", "--no-pager", str(UNIT)]
    done = subprocess.run(rate, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_reloads_stops_and_keeps_its_journal_as_the_gateway_needs() -> None:
    unit = configparser.RawConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(UNIT.read_text())
    expected = {
        "ExecStart": f"{PROGRAM} serve -c /etc/callback-gateway/gateway.yaml",
        "ExecReload": "/bin/kill -HUP $MAINPID",
        "KillSignal": "SIGTERM",
        "TimeoutStopSec": "20",
        "Restart": "on-failure",
        "StateDirectory": "callback-gateway",
        "ProtectSystem": "strict",
        "PrivateTmp": "yes",
        "NoNewPrivileges": "yes",
    }
    service = unit["Service"]
    assert {name: service[name] for name in expected} == expected


def test_the_documentation_that_it_names_is_put_there_by_the_guide() -> None:
    (named,) = re.findall(r"^Documentation=file:(\S+)$", UNIT.read_text(), re.MULTILINE)
    folder, name = named.rsplit("/", 1)
    assert re.search(rf"^install -m 644 {name} {folder}/ ", GUIDE.read_text(), re.MULTILINE)
    assert (UNIT.parents[2] / name).exists()
