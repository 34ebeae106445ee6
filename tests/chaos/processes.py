"""What is done to the gateway's processes.

As everything in `faults`: a deed is begun, lasts for its seconds, and is made good; it returns when
it began to make good, on the clock of `time.monotonic`.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Final

from tests.broker.waiting import until
from tests.chaos.kinds import Kind
from tests.chaos.scene import WITHIN, WORKERS, Scene, start
from tests.chaos.schedule import Fault
from tests.e2e.gateway import is_alive

Deed = Callable[[Scene, Fault], float]


class UncleanEndError(Exception):
    """The gateway did not end as it promises."""


def made_good(deed: Callable[[], object], fault: Fault) -> float:
    """When the fault has lasted, do what ends it."""
    time.sleep(fault.seconds)
    began = monotonic()
    deed()
    return began


def child(name: str, scene: Scene, fault: Fault) -> int:
    """The pid of the one that the fault picks."""
    until(lambda: scene.gateway.children(name), within=WITHIN)
    pids = scene.gateway.children(name)
    return pids[fault.pick % len(pids)]


def kill_child(name: str, scene: Scene, fault: Fault) -> float:
    """Its supervisor starts another."""
    pid = child(name, scene, fault)
    os.kill(pid, signal.SIGKILL)
    return monotonic()


def _pause_child(name: str, scene: Scene, fault: Fault) -> float:
    return _pause([child(name, scene, fault)], fault)


def _pause_receivers(scene: Scene, fault: Fault) -> float:
    until(lambda: len(scene.gateway.children("receiver")) == WORKERS, within=WITHIN)
    return _pause(scene.gateway.children("receiver"), fault)


def _pause(pids: Sequence[int], fault: Fault) -> float:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(fault.seconds)
        return monotonic()
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _hang_publisher(scene: Scene, fault: Fault) -> float:
    """Until the supervisor has ended it."""
    pid = child("publisher", scene, fault)
    until(lambda: scene.watch.seen, within=WITHIN)
    time.sleep(2)  # one that has not spoken yet is not waited for, but is starting up
    os.kill(pid, signal.SIGSTOP)
    until(lambda: not is_alive(pid), within=WITHIN)
    return monotonic()


def _kill_gateway(scene: Scene, fault: Fault) -> float:
    scene.gateway.kill()
    return made_good(partial(start, scene.gateway), fault)


def _kill_supervisor(scene: Scene, fault: Fault) -> float:
    """Its children notice by themselves, and end; until then the port is theirs."""
    gateway = scene.gateway
    gateway.signal(signal.SIGKILL)
    gateway.wait(WITHIN)
    until(lambda: not gateway.processes(), within=WITHIN)
    return made_good(partial(start, gateway), fault)


def _kill_fork_server(scene: Scene, fault: Fault) -> float:
    """And a receiver: the next one has another."""
    os.kill(child("forkserver", scene, fault), signal.SIGKILL)
    return kill_child("receiver", scene, fault)


def _terminate(scene: Scene, fault: Fault) -> float:
    gateway = scene.gateway
    gateway.signal(signal.SIGTERM)
    code = gateway.wait(WITHIN)
    if code:
        raise UncleanEndError(f"exit code {code} after SIGTERM")
    return made_good(partial(start, gateway), fault)


DEEDS: Final[Mapping[Kind, Deed]] = {
    Kind.KILL_GATEWAY: _kill_gateway,
    Kind.KILL_SUPERVISOR: _kill_supervisor,
    Kind.KILL_RECEIVER: partial(kill_child, "receiver"),
    Kind.KILL_PUBLISHER: partial(kill_child, "publisher"),
    Kind.KILL_FORK_SERVER: _kill_fork_server,
    Kind.PAUSE_RECEIVER: partial(_pause_child, "receiver"),
    Kind.PAUSE_RECEIVERS: _pause_receivers,
    Kind.PAUSE_PUBLISHER: partial(_pause_child, "publisher"),
    Kind.HANG_PUBLISHER: _hang_publisher,
    Kind.TERMINATE: _terminate,
}
