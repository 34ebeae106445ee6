"""The examples as material for mutations: bodies, documents, pools of their names and values."""

import json
from random import Random
from typing import Any, Final, NamedTuple

import orjson

from gateway.core.model import Value
from tests.laws.cases import CASES, READABLE, Case

Holder = Any
"""A dict or list: what a place is in."""
Place = tuple[Holder, Any]
"""Where a value stands: its container, and its name or index there."""

DECISIVE: Final = (
    *("EventName", "JobsDetail", "WorkflowExecution", "data", "Response", "JobId", "RunId"),
    *("trace_id", "Tag", "State", "Code", "code", "Operation", "Input", "Output", "Tasks"),
    *("MediaResult", "OutputFile", "ObjectName", "Md5Info", "Snapshot", "result", "Result"),
)
"""Names that decide how a callback is read."""


class Valid(NamedTuple):
    """An example that is accepted, and the subjects that a new callback must have anew."""

    body: bytes
    subjects: tuple[str, ...]

    def renewed(self, name: str) -> tuple[bytes, tuple[str, ...]]:
        """The callback of other jobs, named after `name`, and their subjects in order."""
        body, subjects = self.body, []
        for number, subject in enumerate(self.subjects):
            subjects.append(f"{name}-{number}")
            body = body.replace(subject.encode(), subjects[-1].encode())
        return body, tuple(subjects)


def places(document: Value) -> list[Place]:
    """Every place below the root, each container before what is in it."""
    found: list[Place] = []
    waiting = [document]
    for holder in waiting:
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])
    return found


def _valid(case: Case) -> Valid | None:
    subjects = tuple(event["subject"] for event in case.expected["events"])
    present = all(subject.encode() in case.body for subject in subjects)
    return Valid(case.body, subjects) if present else None


BODIES: Final = [case.body for case in CASES]
_DOCUMENTS: Final = [
    json.dumps(case.document).encode() for case in CASES if "quarantine" not in case.expected
]
VALID: Final = [valid for case in READABLE if (valid := _valid(case))]
_VALUES: Final = [
    (key, holder[key]) for text in _DOCUMENTS for holder, key in places(orjson.loads(text))
]
_NAMES: Final = sorted({key for key, _ in _VALUES if isinstance(key, str)})


def any_document(random: Random) -> Value:
    """The document of any example that has one; a copy, since parsing is the fastest one."""
    return orjson.loads(random.choice(_DOCUMENTS))


def any_name(random: Random) -> str:
    """A name that the vendor uses, often one that decides something."""
    return random.choice(DECISIVE if random.random() < 0.5 else _NAMES)


def any_value(random: Random) -> Value:
    """A leaf or subtree of any example; a copy."""
    _, value = random.choice(_VALUES)
    return orjson.loads(orjson.dumps(value)) if isinstance(value, dict | list) else value
