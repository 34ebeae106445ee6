"""Compiles what every callback passes through to C extensions in place (mypyc): the pure rooms,
where it becomes events, and its way to the journal.

`make install` runs it. The same modules run without it too, only slower: where there is no C
compiler or no Python.h, it says so and ends well. What is compiled is found by Python before the
source beside it, so run it again after a change; the tests refuse to run on stale extensions.
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
    *("gateway/intake/line.py", "gateway/intake/receiver.py", "gateway/intake/target.py"),
    *("gateway/intake/whole.py", "gateway/clock.py", "gateway/journal/appender.py"),
    "gateway/processes/observed.py",
)
"""Of what is not pure no whole room: a class of C is neither a base of Python's nor has one."""
INTERPRETED: Final = {"__init__.py", "errors.py", "model.py"}
"""Without loops: there would be nothing to win. Exceptions cannot have class attributes there."""
_FLAGS: Final = "-fno-plt -fno-semantic-interposition"
"""Nobody replaces a function of ours: calls between them need no detour, 3 % of the time."""
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
    flags = f"{_FLAGS} {os.environ.get('CFLAGS', '')}"
    with tempfile.TemporaryDirectory(prefix="gateway-compile-") as folder:
        done = subprocess.run(  # noqa: S603 - our own script and files
            [sys.executable, "-c", _BUILD, *map(str, (p.relative_to(ROOT) for p in sources()))],
            cwd=ROOT, env=os.environ | {"GATEWAY_BUILD": folder, "CFLAGS": flags},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    if done.returncode:
        remove()
        sys.exit(f"{done.stdout}\nmypyc failed: the gateway runs interpreted")


_BUILD: Final = """
import os, sys
from setuptools import Distribution
from mypyc.build import mypycify

folder = os.environ["GATEWAY_BUILD"]
options = ["--ignore-missing-imports", "--python-version", "3.11", f"--cache-dir={folder}"]
modules = mypycify([*options, *sys.argv[1:]], group_name="gateway.core.all", target_dir=folder)
command = Distribution({"name": "gateway", "ext_modules": modules}).get_command_obj("build_ext")
command.inplace, command.build_temp, command.build_lib = True, folder, folder
command.ensure_finalized()
command.run()
"""


if __name__ == "__main__":
    main()
