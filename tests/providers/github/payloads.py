"""A pinned npm package of GitHub's payloads → a file of them below `.cache/`, fetched once.

`python -m tests.providers.github.payloads` fetches it, as `make test` does, and says so and ends
well where npm is missing or cannot. The tests themselves touch no network: without it they skip.
The package is MIT, by GitHub's Octokit; npm finds the registry in its own configuration.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from gateway.core.model import Document

NAME: Final = "@octokit/webhooks-examples"
VERSION: Final = "7.6.1"
SHA512: Final = (
    "De6U3XB6O3DtCa7bKgCMzTHdeopqqZ6SNivMYJnK65ierKL1AnNIA0tkRYCRS7lwGT792d+Ps1WbfHlso6MynQ=="
)
FILE: Final = (
    Path(__file__).parents[3] / ".cache" / "github-payloads" / VERSION / "api.github.com.json"
)
_MEMBER: Final = "package/api.github.com/index.json"


class FetchError(Exception):
    """The payloads cannot be had here; the message says why."""


def payloads() -> list[tuple[str, Document]]:
    """Every payload with the name of its event; none where they have not been fetched."""
    kinds = json.loads(FILE.read_bytes()) if FILE.exists() else []
    return [(kind["name"], payload) for kind in kinds for payload in kind["examples"]]


def fetch() -> None:
    """Raises FetchError: npm is missing or cannot, or what it got is not what is pinned."""
    if FILE.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise FetchError("npm is not installed")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FILE.parent) as folder:
        command = [npm, "pack", f"{NAME}@{VERSION}", "--silent", "--pack-destination", folder]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        packed = list(Path(folder).glob("*.tgz"))
        if done.returncode or not packed:
            raise FetchError(f"npm pack failed: {done.stderr.strip()[-300:]}")
        _unpacked(packed[0], Path(folder)).rename(FILE)


def _unpacked(package: Path, folder: Path) -> Path:
    digest = hashlib.sha512(package.read_bytes()).digest()
    if base64.b64encode(digest).decode() != SHA512:
        raise FetchError(f"{package.name} is not the package that is pinned")
    with tarfile.open(package) as archive:
        member = archive.extractfile(_MEMBER)
        if member is None:
            raise FetchError(f"{_MEMBER} is no file")
        file = folder / FILE.name
        file.write_bytes(member.read())
    return file


if __name__ == "__main__":
    try:
        fetch()
    except FetchError as error:
        print(f"GitHub's example payloads are not tested: {error}", file=sys.stderr)
