"""The gateway's processes → how much memory each uses, read from /proc at each scrape."""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class ProcessCollector(Collector):
    """`processes`: name → pid of each that runs now."""

    def __init__(self, processes: Callable[[], Mapping[str, int]]) -> None:
        self._processes = processes

    def collect(self) -> Iterable[Metric]:
        """One sample for each process."""
        family = GaugeMetricFamily(
            "gateway_process_resident_bytes", "Memory of a process.", labels=["process"]
        )
        for name, pid in self._processes().items():
            with suppress(OSError):  # it has just ended
                family.add_metric([name], _resident(pid))
        yield family


def _resident(pid: int) -> int:
    """Bytes in RAM: proc(5), statm."""
    pages = _statm(pid).read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@lru_cache(maxsize=256)
def _statm(pid: int) -> Path:
    """Made once: pathlib enters each name into a table of the process's that never shrinks."""
    return Path(f"/proc/{pid}/statm")
