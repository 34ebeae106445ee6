"""A small disk of the gateway's own, to be filled and to hang: a file system in a file (root only).

It is a real one, so that what the journal syncs waits for the machine's disk; frozen
(`fsfreeze`), every write and sync on it waits, as on a disk that hangs.
"""

import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self


class Disk:
    """Mounted at `folder` inside its `with` block, and kept in `<folder>.img`; `size` in bytes."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self._image = folder.with_name(f"{folder.name}.img")
        self._ballast = folder / "ballast"
        self._size = size

    def __enter__(self) -> Self:
        self.folder.mkdir()
        with self._image.open("wb") as image:
            image.truncate(self._size)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", self._image)
        _run("mount", "-o", "loop", self._image, self.folder)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.thaw()
        _run("umount", "--lazy", self.folder)

    def fill(self) -> None:
        """Nothing more fits."""
        left = os.statvfs(self.folder)
        step = left.f_bavail * left.f_frsize
        with self._ballast.open("ab") as ballast:
            while step >= left.f_frsize:
                try:
                    size = os.fstat(ballast.fileno()).st_size
                    os.posix_fallocate(ballast.fileno(), size, step)
                except OSError:
                    step //= 2

    def empty(self) -> None:
        """There is room again."""
        self._ballast.unlink(missing_ok=True)

    def freeze(self) -> None:
        """Whoever writes waits, until `thaw`."""
        _run("fsfreeze", "--freeze", self.folder)

    def thaw(self) -> None:
        """Ends that, where it is."""
        subprocess.run(["fsfreeze", "--unfreeze", self.folder], check=False, capture_output=True)


def _run(*command: object) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True)
