"""The file system that a file is on → a finding: whether what is written there stays written."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.doctor.finding import Finding, fail, ok, warn

_MOUNTS: Final = Path("/proc/self/mountinfo")
_REMOTE: Final = frozenset(
    ("9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "nfs", "nfs4")
) | {"smb3", "virtiofs"}
_FLEETING: Final = {
    "tmpfs": "is memory, and gone with the machine",
    "ramfs": "is memory, and gone with the machine",
    "overlay": "is the container's own layer, and gone with the container",
}


def file_system(path: Path, mounts: str | None = None) -> Finding:
    """`mounts`: as /proc/self/mountinfo has them, proc(5)."""
    what, folder = "journal.path", path.absolute()
    kind, point = _mounted(folder, _MOUNTS.read_text() if mounts is None else mounts)
    found = f"{kind} at {point}"
    if kind in _REMOTE:
        advice = "put it on a local disk: SQLite's WAL needs memory that processes share"
        return fail(what, f"{found}: is on another machine", advice)
    if kind in _FLEETING:
        return warn(what, f"{found}: {_FLEETING[kind]}", "put it on a disk, or mount a volume")
    return ok(what, found)


def _mounted(path: Path, mounts: str) -> tuple[str, str]:
    """Kind and mount point; of several at one place the last hides the others."""
    points = [(kind, point) for kind, point in _points(mounts) if path.is_relative_to(point)]
    return max(points, key=lambda one: len(one[1]), default=("unknown", "/"))


def _points(mounts: str) -> Iterator[tuple[str, str]]:
    for line in reversed(mounts.splitlines()):
        fields, _, rest = line.partition(" - ")
        point = re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), fields.split()[4])
        yield rest.split()[0], point
