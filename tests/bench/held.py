"""Processes held to a share of a core each, so that the machine has cores to spare.

Needs root and the `cpu` controller of cgroups v1 (cgroups(7)): each process has a group with a
quota.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

_ALL: Final = Path("/sys/fs/cgroup/cpu")
_PERIOD: Final = 5000
"""Microseconds: short, since who is held up in the middle of a commit holds up the others."""


@contextmanager
def held(pids: Sequence[int], share: float) -> Iterator[None]:
    """Until the end of it, while all of them live."""
    if not (_ALL / "cgroup.procs").exists():
        raise RuntimeError(f"{_ALL}: no cpu controller of cgroups v1")
    with ExitStack() as stack:
        for pid in pids:
            stack.enter_context(_held(pid, share))
        yield


@contextmanager
def _held(pid: int, share: float) -> Iterator[None]:
    group = _ALL / f"gateway-bench-{pid}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(int(share * _PERIOD)))
        (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        (_ALL / "cgroup.procs").write_text(str(pid))
        group.rmdir()
