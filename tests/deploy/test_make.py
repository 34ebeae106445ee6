"""The make targets that people rely on, and what CI does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "target",
    [
        "install",
        "run",
        "test",
        "check",
        "bench",
        "bench-linear",
        "bench-scale",
        "fuzz",
        "chaos",
        "clean",
    ],
)
def test_a_promised_target_is_there(target: str) -> None:
    make = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert (make.returncode, make.stderr) == (0, "")


def test_an_old_python_is_refused_in_one_clear_line(tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.write_text('#!/bin/sh\nexec "$REAL" -c "import sys; sys.version_info = (3, 10)\n$2"\n')
    python.chmod(0o755)
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    environ = {**os.environ, "REAL": sys.executable}
    make = subprocess.run(
        ["make", f"PYTHON={python}", ".venv/bin/python"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
    )
    assert make.returncode != 0
    assert make.stderr.startswith("Python 3.11.1 or newer is needed, this is ")
    assert not (tmp_path / ".venv").exists()


def test_ci_does_what_make_test_does() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "exec make test"
