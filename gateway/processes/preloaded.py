"""Imported by the fork server: what receivers and publisher need, but for the metrics.

The files of those belong to one process each, from their import on. Importing it makes a process
one that leaves signals to its parent.
"""

import gc
from importlib import import_module
from typing import Final

from gateway.processes.child import become
from gateway.processes.cycles import settle

_MODULES: Final = (
    "gateway.intake.server",
    "gateway.processes.orders",
    "gateway.processes.replaying",
    "prometheus_client",
    "uvloop",
    "gateway.cli",  # multiprocessing runs the command's script once more in each child
)


def _preload() -> None:
    from gateway.providers import providers
    from gateway.sources import compiled

    for module in _MODULES:
        import_module(module)
    for provider in providers():
        compiled(provider)


become("forkserver")
gc.disable()
_preload()
settle()
