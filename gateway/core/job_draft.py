"""A CI server's payload → the draft of a job event.

The payload stays whole in `detail`, under its own names and typed by its schema; what all providers
name alike is picked from it by a table of paths, and typed by the schema too: an id that is a
number in the payload is text in `job.id`. What does not fit its type is aside, in `extra`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from gateway.core.coerce import Aside, Plan, coerce
from gateway.core.contract import Contract
from gateway.core.model import Outcome, Value
from gateway.core.provider import Draft

Node = dict[str, Value]
Paths = Mapping[str, "str | tuple[str, ...] | Paths"]
"""Our name → a dotted path in the payload, or several of which the first that is there counts; or
the same again for an object of ours."""

PICKED: Final = ("job", "workflow", "repository", "ref", "commit")
"""The parts of the data that are picked."""
UNFINISHED: Final = frozenset({Outcome.RUNNING, Outcome.PAUSED})


@dataclass(frozen=True, slots=True)
class JobPlan:
    """How the payloads of one schema are typed."""

    schema: str
    picked: Plan
    detail: Plan


def job_plan(contract: Contract, schema: str) -> JobPlan:
    """The plan of the schema `schema`."""
    fields = contract.property_plan(schema).fields
    picked = Plan(fields={name: fields[name] for name in PICKED if name in fields})
    return JobPlan(schema, picked, fields["detail"])


class Told(NamedTuple):
    """What a payload says of its job. The provider may still change `job`."""

    job: Node
    parts: Node
    """The other picked parts."""
    detail: Node
    aside: Aside
    schema: str


def told(payload: Value, paths: Paths, plan: JobPlan) -> Told:
    """What is picked from the payload by `paths`, and the payload itself."""
    aside = Aside()
    detail = coerce(payload, plan.detail, "", aside) or {}
    parts = coerce(_picked(payload, paths), plan.picked, "", Aside()) or {}  # aside once is enough
    return Told(parts.pop("job", {}), parts, detail, aside, plan.schema)


def job_draft(
    told: Told, *, provider: str, event_name: str, outcome: Outcome, subject: str, type_: str
) -> Draft:
    """The draft of a job event; its time is the job's latest, its subject empty without a job id.

    A job that is not finished has no end, whatever the payload gives as one.
    """
    job = told.job
    if outcome in UNFINISHED:
        for name in ("finished_at", "run_seconds"):
            job.pop(name, None)
    job = {**seconds(job), **job}
    parts = {
        "provider": provider,
        "event_name": event_name,
        "outcome": str(outcome),
        "job": job,
        **told.parts,
        "detail": told.detail,
        "extra": told.aside.texts,
    }
    return Draft(
        kind="job",
        type=type_,
        subject=subject if "id" in job else "",
        time=job.get("finished_at") or job.get("started_at") or job.get("created_at"),
        schema=told.schema,
        data={name: part for name, part in parts.items() if part},
        tag=job.get("tag", ""),
        outcome=str(outcome),
        unknown=told.aside.unknown,
    )


def seconds(job: Node) -> dict[str, float]:
    """`queue_seconds` and `run_seconds`, where both their times are known and in order."""
    found: dict[str, float] = {}
    if "started_at" not in job:
        return found
    started = datetime.fromisoformat(job["started_at"])
    if "created_at" in job:
        queued = (started - datetime.fromisoformat(job["created_at"])).total_seconds()
        if queued >= 0:
            found["queue_seconds"] = queued
    if "finished_at" in job:
        run = (datetime.fromisoformat(job["finished_at"]) - started).total_seconds()
        if run >= 0:
            found["run_seconds"] = run
    return found


def at(node: Value, path: str) -> Value:
    """What stands at the dotted `path`; None where there is nothing, or no object on the way."""
    for step in path.split("."):
        node = node.get(step) if isinstance(node, dict) else None
    return node


def _picked(payload: Value, paths: Paths) -> Node:
    return {ours: _one(payload, theirs) for ours, theirs in paths.items()}


def _one(payload: Value, theirs: "str | tuple[str, ...] | Paths") -> Value:
    if isinstance(theirs, str):
        return at(payload, theirs)
    if isinstance(theirs, tuple):
        return next((found for path in theirs if (found := at(payload, path))), None)
    return _picked(payload, theirs)
