"""Compiles what every callback passes through to C extensions in place (mypyc): the pure rooms,
where it becomes events, and its way to the journal.

`make install` runs it. The same modules run without it too, only slower: where there is no C
compiler or no Python.h, it says so and ends well. What is compiled is found by Python before the
source beside it, so run it again after a change; the tests refuse to run on stale extensions.

gcc compiles twice, and learns in between from `deploy/training.py` which branches callbacks take:
5 % of the event loop's time.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
MODULES: Final = (
    *("gateway/core/*.py", "gateway/core/checks/*.py", "gateway/providers/tencent_ci/*.py"),
    *("gateway/intake/answer.py", "gateway/intake/limits.py", "gateway/intake/line.py"),
    *("gateway/intake/receiver.py", "gateway/intake/refusals.py", "gateway/intake/target.py"),
    *("gateway/intake/together.py", "gateway/intake/whole.py"),
    *("gateway/clock.py", "gateway/journal/appender.py"),
    *("gateway/observe/lines.py", "gateway/observe/tally.py", "gateway/processes/observed.py"),
)
"""Of what is not pure no whole room: a class of C is neither a base of Python's nor has one."""
INTERPRETED: Final = {"__init__.py", "errors.py", "model.py"}
"""Without loops: there would be nothing to win. Exceptions cannot have class attributes there."""
_FLAGS: Final = "-fno-plt -fno-semantic-interposition"
"""Nobody replaces a function of ours: calls between them need no detour, 3 % of the time."""
_GIVEN_FLAGS: Final = os.environ.get("CFLAGS", "")
_COUNTING: Final = "-fprofile-generate"
_LEARNED: Final = "-fprofile-use -fprofile-partial-training -Wno-missing-profile"
_TRAINING: Final = ROOT / "deploy" / "training.py"
SUFFIX: Final = sysconfig.get_config_var("EXT_SUFFIX")


def sources() -> list[Path]:
    """The modules to compile."""
    found = (path for names in MODULES for path in sorted(ROOT.glob(names)))
    return [path for path in found if path.name not in INTERPRETED]


def extension(source: Path) -> Path:
    """Where the compiled form of a module stands."""
    return source.with_name(source.stem + SUFFIX)


def remove() -> None:
    """Take away every compiled form: all modules run interpreted."""
    for path in (ROOT / "gateway").rglob(f"*{SUFFIX}"):
        path.unlink()


def obstacle() -> str | None:
    """Why nothing can be compiled here."""
    if shutil.which(os.environ.get("CC", "cc")) is None:
        return "no C compiler"
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        return "no Python.h"
    return None


def main() -> None:
    """Compile, or say why not."""
    remove()
    reason = obstacle()
    if reason is not None:
        print(f"{reason}: the gateway runs interpreted, which is slower", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory(prefix="gateway-compile-") as folder:
        if learns():
            _build(folder, _COUNTING)
            _run(str(_TRAINING), told="training failed")
            _build(folder, _LEARNED)
        else:
            _build(folder, "")


def learns() -> bool:
    """Whether the compiler is gcc, and there is what it can learn from."""
    asked = [os.environ.get("CC", "cc"), "--version"]
    told = subprocess.run(asked, stdout=subprocess.PIPE, text=True)  # noqa: S603 - the compiler
    return "Free Software Foundation" in told.stdout and _TRAINING.exists()


def _build(folder: str, flags: str) -> None:
    flags = f"{_FLAGS} {flags} {_GIVEN_FLAGS}"
    modules = map(str, (path.relative_to(ROOT) for path in sources()))
    _run("-c", _BUILD, *modules, told="mypyc failed", CFLAGS=flags, GATEWAY_BUILD=folder)


def _run(*arguments: str, told: str, **environ: str) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), **environ}
    done = subprocess.run(  # noqa: S603 - our own script and files
        [sys.executable, *arguments], cwd=ROOT, env=environ,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if done.returncode:
        remove()
        sys.exit(f"{done.stdout}\n{told}: the gateway runs interpreted")


_BUILD: Final = """
import os, sys
from setuptools import Distribution
from mypyc.build import mypycify

folder = os.environ["GATEWAY_BUILD"]
options = ["--ignore-missing-imports", "--python-version", "3.11", f"--cache-dir={folder}"]
modules = mypycify([*options, *sys.argv[1:]], group_name="gateway.core.all", target_dir=folder)
command = Distribution({"name": "gateway", "ext_modules": modules}).get_command_obj("build_ext")
command.inplace, command.build_temp, command.build_lib = True, folder, folder
command.force = True
command.ensure_finalized()
command.run()
"""


if __name__ == "__main__":
    main()
