"""A clock that the gateway's processes read, to be stepped while they run.

The machine's own stays as it is. `clock.c` is loaded before their C library and adds the seconds of
a file to the time of day; how long something takes (CLOCK_MONOTONIC) is as it was, as with a clock
that an administrator or NTP has stepped. libfaketime 0.9.10 cannot do that: with its
FAKETIME_DONT_FAKE_MONOTONIC the sleep of Python (`clock_nanosleep`) fails.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_SOURCE: Final = Path(__file__).with_name("clock.c")


class Clock:
    """Its files are in `folder`. Needs a C compiler."""

    def __init__(self, folder: Path) -> None:
        self._library = folder / "clock.so"
        self._file = folder / "clock"
        self._file.write_bytes(bytes(8))
        flags = ("-O2", "-shared", "-fPIC", "-o")
        subprocess.run(["cc", *flags, self._library, _SOURCE, "-ldl"], check=True)

    @property
    def environ(self) -> Mapping[str, str]:
        """What a process is started with, so that it reads this clock."""
        return {"LD_PRELOAD": str(self._library), "CLOCK_STEP_FILE": str(self._file)}

    def step(self, seconds: int) -> None:
        """It is off by so many seconds from now on."""
        with self._file.open("r+b") as file:
            file.write(seconds.to_bytes(8, "little", signed=True))
