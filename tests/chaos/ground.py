"""What is done to the disk that the journal is on, and to the clock that the gateway reads.

Each is seen to have come about, in the gateway's answers or its figures, before it is made good.
"""

import os
import shutil
import time
from collections.abc import Mapping
from functools import partial
from time import monotonic
from typing import Final

from tests.broker.waiting import until
from tests.chaos.disk import Disk
from tests.chaos.kinds import Kind
from tests.chaos.processes import Deed, made_good
from tests.chaos.scene import WITHIN, Scene
from tests.chaos.schedule import Fault

FULL: Final = "503 journal_full"
_STEPS: Final = (-86_400, -1800, 1800, -7200)
_FAR: Final = 7200
"""Seconds. By default Kafka takes no record that is an hour ahead of its own clock."""
_CLOSE: Final = 60.0
_SLOW: Final = (0.25, 0.05)
"""Seconds that a disk which is slow stands still, and works."""


def _fill_disk(scene: Scene, fault: Fault) -> float:
    """Until a callback is refused for it: the journal first uses what it has."""
    disk = _disk(scene)
    before = scene.ledger.count(FULL)
    with scene.quiet:  # not even a start finds room
        disk.fill()
        try:
            until(lambda: scene.ledger.count(FULL) > before, within=2 * WITHIN)
        finally:
            ended = made_good(disk.empty, fault)
    return ended


def _hang_disk(scene: Scene, fault: Fault) -> float:
    return _stand_still(_disk(scene), fault.seconds)


def _slow_disk(scene: Scene, fault: Fault) -> float:
    end = monotonic() + fault.seconds
    still, works = _SLOW
    while monotonic() < end:
        ended = _stand_still(_disk(scene), still)
        time.sleep(works)
    return ended


def _stand_still(disk: Disk, seconds: float) -> float:
    disk.freeze()
    try:
        time.sleep(seconds)
        return monotonic()
    finally:
        disk.thaw()


def _step_clock(scene: Scene, fault: Fault) -> float:
    """Until a callback is received at that time."""
    return _stepped(scene, fault, _STEPS[fault.pick % len(_STEPS)])


def _step_clock_far(scene: Scene, fault: Fault) -> float:
    """The same, and until Kafka takes nothing more."""
    return _stepped(scene, fault, _FAR)


def _stepped(scene: Scene, fault: Fault, step: int) -> float:
    assert scene.clock is not None
    began = monotonic()
    scene.clock.step(step)
    try:
        until(lambda: abs(scene.newest_received() - time.time() - step) < _CLOSE, within=WITHIN)
        if step == _FAR:
            scene.until_seen(lambda seen: seen.is_blocked, since=began)
    finally:
        ended = made_good(partial(scene.clock.step, 0), fault)
    return ended


def _disk(scene: Scene) -> Disk:
    assert scene.disk is not None
    return scene.disk


def impossible() -> Mapping[Kind, str]:
    """The kinds that cannot be done here, and why."""
    root = "needs root, to mount a small file system"
    disk = {} if os.geteuid() == 0 and shutil.which("fsfreeze") else dict.fromkeys(ON_DISK, root)
    clock = {} if shutil.which("cc") else dict.fromkeys(ON_CLOCK, "needs a C compiler")
    return {**disk, **clock}


ON_DISK: Final[Mapping[Kind, Deed]] = {
    Kind.FILL_DISK: _fill_disk,
    Kind.SLOW_DISK: _slow_disk,
    Kind.HANG_DISK: _hang_disk,
}
ON_CLOCK: Final[Mapping[Kind, Deed]] = {
    Kind.STEP_CLOCK: _step_clock,
    Kind.STEP_CLOCK_FAR: _step_clock_far,
}
DEEDS: Final[Mapping[Kind, Deed]] = {**ON_DISK, **ON_CLOCK}
