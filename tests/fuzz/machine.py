"""What a figure was measured on: processor, cores, Python, libraries, the gateway's own form."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Final

from gateway.core import pipeline

LIBRARIES: Final = ("aiohttp", "jiter", "lxml", "orjson", "pydantic-core", "uvloop", "xmltodict")


def machine() -> dict[str, str | int]:
    """Names and versions, fit for JSON."""
    libraries = {name: version(name) for name in LIBRARIES}
    return {
        "cpu": _processor(),
        "cores": os.cpu_count() or 0,
        "system": f"{platform.system()} {platform.release()}",
        "gateway": "interpreted" if str(pipeline.__file__).endswith(".py") else "compiled",
        "python": platform.python_version(),
        **libraries,
    }


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()
