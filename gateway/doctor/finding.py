"""What a look at one thing has found."""

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """How it is, from good to bad."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(NamedTuple):
    """One line. `advice`: what to do; empty where nothing is to be done. Never has a secret."""

    state: State
    what: str
    found: str
    advice: str = ""


def ok(what: str, found: str) -> Finding:
    """All is well."""
    return Finding(State.OK, what, found)


def warn(what: str, found: str, advice: str) -> Finding:
    """It works, and may not for long or not as meant."""
    return Finding(State.WARN, what, found, advice)


def fail(what: str, found: str, advice: str) -> Finding:
    """The gateway cannot do its work like this."""
    return Finding(State.FAIL, what, found, advice)
