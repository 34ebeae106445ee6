"""The version in `pom.xml` → a folder of the broker's jars below `.cache/`, fetched once.

Any number of processes may ask at the same time: one fetches, the others wait for it. The folder
appears whole or not at all, and once it is there nothing touches the network.
"""

import fcntl
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

_HERE = Path(__file__).parent
_CACHE = _HERE.parent.parent / ".cache" / "kafka"
_PACKAGES = {"java": "default-jre-headless", "mvn": "maven"}


class MissingProgramError(Exception):
    """A program the real broker needs is not installed."""


def program(name: str) -> str:
    """The path of `java` or `mvn`.

    Raises MissingProgramError: it is not there; the message names its Debian package.
    """
    found = shutil.which(name)
    if found is None:
        raise MissingProgramError(
            f"the tests against a real Kafka need `{name}`: apt-get install {_PACKAGES[name]}"
        )
    return found


def jars() -> Path:
    """The folder with the broker's jars; the first call fetches them from Maven Central."""
    pom = _HERE / "pom.xml"
    version = re.findall(r"<kafka.version>(.+)</kafka.version>", pom.read_text())[0]
    folder = _CACHE / str(version)
    if not folder.is_dir():
        _CACHE.mkdir(parents=True, exist_ok=True)
        with (_CACHE / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                _fetch(pom, folder)
    return folder


def _fetch(pom: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=_CACHE) as temporary:
        fetched = Path(temporary) / "jars"
        subprocess.run(
            [
                *(program("mvn"), "-B", "-q", "-f", str(pom), "dependency:copy-dependencies"),
                *("-DincludeScope=runtime", f"-DoutputDirectory={fetched}"),
            ],
            check=True,
        )
        fetched.rename(folder)
