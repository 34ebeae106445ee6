"""A tree and a mutant → whether its tests, which pass without it, fail with it.

Each mutant has a copy of the tree to itself, without compiled modules, whose sources would have no
effect.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from tests.sabotage.mutants import Mutant

ROOT: Final = Path(__file__).parents[2]
SECONDS: Final = 120.0
"""Within which a mutant must be caught."""
_LEFT_OUT: Final = shutil.ignore_patterns(".*", "*.so", "__pycache__", "var", "dist")
_ENDING_SECONDS: Final = 30.0
_FAILED: Final = re.compile(r"^FAILED (.+?)(?: - (.*))?$", re.MULTILINE)
_PASSED, _SOME_FAILED = 0, 1
"""pytest's exit codes; any other says that the tests did not run."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the tests said: `failed` is the first that did, `why` its words.

    `error`: why they said nothing.
    """

    failed: str
    seconds: float
    why: str = ""
    error: str = ""

    @property
    def is_caught(self) -> bool:
        """Whether a test failed, as it should with a mutant."""
        return bool(self.failed)

    @property
    def is_well(self) -> bool:
        """Whether all passed, as they should without."""
        return not self.failed and not self.error


def sabotaged(mutant: Mutant, root: Path = ROOT) -> Verdict:
    """What its tests say of a tree with the mutant."""
    with _copy(root) as tree:
        apply(mutant.patch, tree)
        return _tested(tree, mutant.tests)


def untouched(tests: Sequence[str], root: Path = ROOT) -> Verdict:
    """What they say of the tree as it is."""
    with _copy(root) as tree:
        return _tested(tree, tests, seconds=len(tests) * SECONDS)


def apply(patch: Path, tree: Path, *options: str) -> None:
    """Raises CalledProcessError where the patch does not fit, with git's words in `stderr`."""
    subprocess.run(
        ["git", "apply", "-C1", *options, patch],
        cwd=tree,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"GIT_CEILING_DIRECTORIES": str(tree.parent)},
    )


@contextmanager
def _copy(root: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gateway-sabotage-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(root, tree, ignore=_LEFT_OUT)
        if (root / ".cache").exists():
            (tree / ".cache").symlink_to(root / ".cache")
        yield tree


def _tested(tree: Path, tests: Sequence[str], seconds: float = SECONDS) -> Verdict:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-rf", "-p", "no:cacheprovider", *tests]
    began = monotonic()
    process = subprocess.Popen(
        command,
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "COLUMNS": "300"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        return Verdict("", seconds, error=f"no verdict within {seconds:.0f} s")
    took = monotonic() - began
    if process.returncode == _PASSED:
        return Verdict("", took)
    failed = _FAILED.search(said)
    if process.returncode != _SOME_FAILED or failed is None:
        return Verdict("", took, error=said[-2_000:])
    return Verdict(failed[1], took, why=failed[2] or "")


def _end(process: subprocess.Popen[str]) -> None:
    """With a signal that lets pytest end what its tests have started."""
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=_ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
