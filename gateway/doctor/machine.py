"""The machine → findings: its clock, how many files may be open, and the two ports."""

import re
import resource
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gateway.doctor.finding import Finding, fail, ok, warn
from gateway.doctor.running import asked
from gateway.settings import Address, Settings

_YEARS: Final = range(2025, 2100)
_AHEAD_SECONDS: Final = 60
_FILES: Final = 4096
_FEWEST_FILES: Final = 256
_LIMIT: Final = re.compile(r"^Max open files +(\w+)", re.MULTILINE)
_TIMEOUT_SECONDS: Final = 2.0


def clock(now: float, written: Iterable[Path]) -> Finding:
    """Whether `now` (Unix seconds) can be the time, and no file is from the future."""
    told = datetime.fromtimestamp(now, UTC)
    found = told.isoformat(timespec="seconds")
    if told.year not in _YEARS:
        return fail("clock", found, "set it (NTP): signatures with a time would all be refused")
    late = [
        path for path in written if path.exists() and path.stat().st_mtime > now + _AHEAD_SECONDS
    ]
    if late:
        advice = "set it (NTP): it has been ahead of this, or is behind the file system's"
        return warn("clock", f"{found}; {late[0]} was written later", advice)
    return ok("clock", found)


def open_files(gateway: int | None) -> Finding:
    """As `files`, of the gateway with that process; where none runs, of who asks: a unit or a
    container has another limit."""
    if gateway is not None:
        with suppress(OSError):  # it has just ended
            told = _LIMIT.search(Path(f"/proc/{gateway}/limits").read_text())
            if told is not None:
                return files(-1 if told[1] == "unlimited" else int(told[1]), "of the gateway")
    return files(resource.getrlimit(resource.RLIMIT_NOFILE)[0], "of this shell")


def files(soft: int, whose: str) -> Finding:
    """Whether as many files may be open as there may be connections."""
    if soft == resource.RLIM_INFINITY or soft >= _FILES:
        return ok("open files", f"at most {soft}, {whose}" if soft >= 0 else f"no limit {whose}")
    advice = f"`ulimit -n {_FILES}`, or LimitNOFILE={_FILES} in the unit: each connection is one"
    judged = fail if soft < _FEWEST_FILES else warn
    return judged("open files", f"at most {soft}, {whose}", advice)


def ports(settings: Settings) -> Iterator[Finding]:
    """Whether both are free, or a running gateway's."""
    ours = is_gateway(settings.admin.listen)
    if ours:
        yield _readiness(settings.admin.listen)
    for what, address in (
        ("admin.listen", settings.admin.listen),
        ("server.listen", settings.server.listen),
    ):
        yield _port(what, address, ours=ours)


def _port(what: str, address: Address, *, ours: bool) -> Finding:
    trouble = _trouble(address)
    if trouble is None:
        return ok(what, f"{address} is free")
    if ours:
        return ok(what, f"{address} is in use, and a gateway runs")
    return fail(what, f"{address}: {trouble}", "stop who has it, or listen elsewhere")


def _trouble(address: Address) -> str | None:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        socket.create_server((address.host, address.port), family=family).close()
    except OSError as error:
        return error.strerror or str(error)
    return None


def _readiness(admin: Address) -> Finding:
    told = asked(admin, "/readyz", seconds=_TIMEOUT_SECONDS)
    if told.get("status") == "ok":
        return ok("gateway", "runs, and accepts callbacks")
    reasons = ", ".join(map(str, told.get("reasons", ["/readyz does not answer"])))
    return fail("gateway", f"runs, and accepts no callbacks: {reasons}", "look at its log")


def is_gateway(admin: Address) -> bool:
    """Whether a gateway answers there."""
    told = asked(admin, "/healthz", seconds=_TIMEOUT_SECONDS)
    return told.get("status") in ("ok", "unavailable")
