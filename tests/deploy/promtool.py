"""`promtool`, which checks rules and metrics: that of this machine, or one fetched once.

`python -m tests.deploy.promtool` takes it out of Debian's package `prometheus`, without installing
that, and keeps it below `.cache/`. It is in no registry of Python or Node packages.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

_CACHED = Path(__file__).parents[2] / ".cache" / "promtool"
_PACKAGE = "prometheus"


def promtool(*arguments: str | Path, given: str = "") -> str:
    """What it prints for `arguments` and the input `given`; skips the test where there is none.

    Raises AssertionError with its output when it finds a fault.
    """
    found = shutil.which("promtool") or (_CACHED if _CACHED.exists() else None)
    if found is None:
        pytest.skip("needs promtool: python -m tests.deploy.promtool")
    done = subprocess.run([found, *arguments], input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def fetch() -> None:
    """Fetch it where it is not there. Raises OSError or CalledProcessError where that fails."""
    if shutil.which("promtool") or _CACHED.exists():
        return
    _CACHED.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHED.parent) as folder:
        try:
            _run("apt-get", "download", "-qq", _PACKAGE, folder=folder)
        except subprocess.CalledProcessError:  # its lists may be missing, or old
            _run("apt-get", "update", "-qq", folder=folder)
            _run("apt-get", "download", "-qq", _PACKAGE, folder=folder)
        (package,) = Path(folder).glob("*.deb")
        _run("dpkg-deb", "--extract", package.name, "tree", folder=folder)
        Path(folder, "tree/usr/bin/promtool").rename(_CACHED)


def _run(*command: str, folder: str) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    try:
        fetch()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no promtool, so what needs it is skipped: {error}", file=sys.stderr)
