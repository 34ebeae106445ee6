"""`python -m tests.deploy.replay`: what the Dockerfile does, done without containers.

The COPY and RUN of each stage are carried out in a folder, in virtual environments of a copy of the
Python given with `--python`; then the health check's program asks a gateway that runs as user
10001, without rights, in a mount namespace where only the journal's folder and a new /tmp can be
written.
It accepts a callback and ends by SIGTERM. Needs root and the registry of Python packages. What the
base images bring, and Docker itself, are not looked at.
"""

import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import Final

import yaml

from tests.broker.kafka import free_port
from tests.broker.waiting import until
from tests.e2e.gateway import TOKEN, callback, request

ROOT: Final = Path(__file__).parents[2]
USER: Final = 10001
_READ_ONLY: Final = """
mount --make-rprivate /
mount --bind "$0/gateway/var" "$0/gateway/var"
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -o remount,ro,bind /
cd "$0/gateway"
exec setpriv --reuid {user} --regid {user} --clear-groups --no-new-privs --bounding-set=-all \
    --inh-caps=-all "$@"
"""


def instructions() -> list[list[tuple[str, str]]]:
    """Of each stage: instruction and argument, in their order."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    told = [line.split(maxsplit=1) for line in lines if line.strip()]
    stages: list[list[tuple[str, str]]] = []
    for name, argument in told:
        if name == "FROM":
            stages.append([])
        stages[-1].append((name, argument.strip()))
    return stages


def copy(argument: str, folder: Path) -> None:
    """COPY into /src, which is `folder`; what .dockerignore leaves out stays out."""
    *sources, target = argument.split()
    for source in sources:
        into = folder / target
        into = into / Path(source).name if target.endswith("/") or target == "." else into
        if (ROOT / source).is_dir():
            unwanted = shutil.ignore_patterns("__pycache__", "*.so")
            shutil.copytree(ROOT / source, into, ignore=unwanted, dirs_exist_ok=True)
        else:
            into.parent.mkdir(exist_ok=True, parents=True)
            shutil.copy(ROOT / source, into)


def run(argument: str, folder: Path, venv: Path) -> None:
    """RUN, with the paths of the image below `folder`; users are not made."""
    command = re.sub(r"(groupadd|useradd) [^&]*&& ", "", argument)
    command = re.sub(
        r"install -d -o gateway -g gateway", f"install -d -o {USER} -g {USER}", command
    )
    command = re.sub(r"(?<=[ /])/(wheels|installed|gateway)\b", rf"{folder}/\1", command)
    print(f"RUN {command}", flush=True)
    path = f"{venv / 'bin'}:{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(venv)}
    source = folder / "src"
    source.mkdir(exist_ok=True)
    started = monotonic()
    subprocess.run(["sh", "-euc", command], cwd=source, env=environ, check=True)
    print(f"    {monotonic() - started:.0f} s", flush=True)


def build(folder: Path, python: str) -> Path:
    """Carry out both stages; returns the second one's environment."""
    asked = [python, "-c", "import sys; print(sys.base_prefix, f'python3.{sys.version_info[1]}')"]
    prefix, command = subprocess.check_output(asked, text=True).split()
    unwanted = shutil.ignore_patterns("test", "__pycache__")  # where user 10001 may read it:
    shutil.copytree(prefix, folder / "python", symlinks=True, ignore=unwanted)
    venv = folder / "venv"  # in both stages, as Python has one place in both images
    for stage in instructions():
        base = folder / "python/bin" / command
        subprocess.run([base, "-m", "venv", "--clear", "--copies", venv], check=True)
        for name, argument in stage:
            if name == "COPY" and argument.startswith("--from="):
                installed = folder / argument.split()[1].lstrip("/")
                shutil.copytree(installed / venv.relative_to("/"), venv, dirs_exist_ok=True)
            elif name == "COPY":
                copy(argument, folder / "src")
            elif name == "RUN":
                run(argument, folder, venv)
    return venv


def serve(folder: Path, venv: Path) -> None:
    """A gateway as the image's user; AssertionError where it does not do what it must."""
    home, port, admin = folder / "gateway", free_port(), free_port()
    token = home / "ci_token"
    token.write_text(TOKEN)
    settings = {
        "server": {"listen": f"127.0.0.1:{port}"},
        "admin": {"listen": f"127.0.0.1:{admin}"},
        "sources": {
            "media": {
                "provider": "tencent-ci",
                "verify": [{"token": {"secrets": [f"file:{token}"]}}],
            }
        },
    }
    (home / "gateway.yaml").write_text(yaml.safe_dump(settings))
    told = dict(instructions()[-1])
    command = [*yaml.safe_load(told["ENTRYPOINT"]), *yaml.safe_load(told["CMD"])]
    script = _READ_ONLY.format(user=USER)
    confined: list[str | Path] = ["unshare", "--mount", "sh", "-euc", script, folder]
    library = str(folder / "python/lib")  # of a Python that has its own outside
    environ = {"PATH": f"{venv / 'bin'}:/usr/bin:/bin", "LD_LIBRARY_PATH": library}
    (written,) = re.findall(r'"(from urllib[^"]*)"', told["HEALTHCHECK"])
    check: list[str | Path] = [venv / "bin/python", "-c", written.replace("9090", str(admin))]
    process = subprocess.Popen([*confined, *command], env=environ)
    try:
        until(lambda: process.poll() is not None or _is_well(check), within=120)
        until(lambda: request(admin, "GET", "/readyz").status == 200, within=120)
        reply = request(port, "POST", f"/callbacks/media/{TOKEN}", callback("j1"))
        assert reply.document["status"] == "accepted", reply
        assert (home / "var/journal.db").stat().st_uid == USER
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert re.search(rf"^Uid:\s+{USER}\s", status, re.MULTILINE), status
        assert re.search(r"^CapBnd:\s+0+$", status, re.MULTILINE), status
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
    compiled = list(venv.glob("lib/*/site-packages/gateway/core/*.so"))
    print(f"accepted a callback as user {USER}; {len(compiled)} compiled modules of the core")
    print(shlex.join(map(str, command)), "ended with 0")


def _is_well(check: list[str | Path]) -> bool:
    return subprocess.run(check, capture_output=True).returncode == 0


def main() -> None:
    """Do all of it in a folder that goes afterwards."""
    parser = argparse.ArgumentParser(prog="python -m tests.deploy.replay")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--below", default="/var/tmp", help="where the folder is made")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="replay-", dir=options.below) as name:
        folder = Path(name)
        folder.chmod(0o755)
        serve(folder, build(folder, options.python))


if __name__ == "__main__":
    main()
