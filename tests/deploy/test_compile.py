"""The pure rooms are compiled where that is possible, and run all the same where it is not."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IS_GCC = "Free Software Foundation" in subprocess.getoutput(
    f"{os.environ.get('CC', 'cc')} --version"
)
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
LOOP = '''"""One loop."""


def total(numbers: list[int]) -> int:
    """Their sum."""
    found = 0
    for number in numbers:
        found += number
    return found
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with one pure module."""
    for path, text in (
        ("deploy/compile.py", (ROOT / "deploy/compile.py").read_text()),
        ("gateway/__init__.py", ""),
        ("gateway/core/__init__.py", ""),
        ("gateway/core/loop.py", LOOP),
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def compiled(tree: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """What `deploy/compile.py` says there."""
    command = [sys.executable, str(tree / "deploy/compile.py")]
    return subprocess.run(command, env=os.environ | environ, capture_output=True, text=True)


def module(tree: Path) -> str:
    """The file that Python takes for the module, which works."""
    script = "from gateway.core import loop; assert loop.total([1, 2]) == 3; print(loop.__file__)"
    command = [sys.executable, "-c", script]
    return subprocess.run(
        command, cwd=tree, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.skipif(
    not Path(sysconfig.get_path("include"), "Python.h").exists(), reason="needs Python.h"
)
def test_a_pure_module_becomes_an_extension_and_leaves_nothing_else(tree: Path) -> None:
    pytest.importorskip("mypyc", reason="needs mypy of deploy/compile.txt")
    pytest.importorskip("setuptools", reason="needs setuptools of deploy/compile.txt")
    done = compiled(tree)
    assert (done.returncode, done.stderr) == (0, "")
    assert module(tree).endswith(SUFFIX)
    assert {path.name for path in tree.iterdir()} == {"deploy", "gateway"}


@pytest.mark.skipif(
    not Path(sysconfig.get_path("include"), "Python.h").exists(), reason="needs Python.h"
)
@pytest.mark.skipif(not IS_GCC, reason="only gcc's flags are known")
@pytest.mark.parametrize("trouble", ["", "raise ValueError('no callback')"])
def test_a_compiler_that_can_learns_from_the_training(tree: Path, trouble: str) -> None:
    """Which runs on the extensions; where it fails, nothing is compiled, and it says why."""
    pytest.importorskip("mypyc", reason="needs mypy of deploy/compile.txt")
    pytest.importorskip("setuptools", reason="needs setuptools of deploy/compile.txt")
    (tree / "deploy/training.py").write_text(
        "from gateway.core import loop; assert loop.total([1]) == 1\n"
        f"open('trained', 'w').write(loop.__file__)\n{trouble}\n"
    )
    done = compiled(tree)
    assert (tree / "trained").read_text().endswith(SUFFIX)
    assert done.returncode == bool(trouble)
    assert ("no callback" in done.stderr, "training failed" in done.stderr) == (bool(trouble),) * 2
    assert module(tree).endswith("loop.py" if trouble else SUFFIX)
    assert {path.name for path in tree.iterdir()} == {"deploy", "gateway", "trained"}


def test_without_a_compiler_the_source_runs_and_no_stale_extension_stays(tree: Path) -> None:
    (tree / f"gateway/core/loop{SUFFIX}").write_text("stale")
    done = compiled(tree, CC="no-such-compiler")
    assert done.returncode == 0
    assert done.stderr == "no C compiler: the gateway runs interpreted, which is slower\n"
    assert module(tree).endswith("loop.py")


def test_a_module_that_cannot_be_compiled_fails_and_says_why(tree: Path) -> None:
    pytest.importorskip("mypyc", reason="needs mypy of deploy/compile.txt")
    (tree / "gateway/core/loop.py").write_text(
        "def total(numbers: list[int]) -> int:\n    return ''\n"
    )
    done = compiled(tree)
    assert done.returncode == 1
    assert "Incompatible return value type" in done.stderr
    assert "mypyc failed" in done.stderr
