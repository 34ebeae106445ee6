"""A payload of one kind → the draft of its job event.

The subject is the thing's place in the REST API, `octo-org/octo-repo/actions/jobs/2832853555`: one
for all events of it. A commit status has none that stays, each change being a new one, so it is
known by its commit and context.
"""

import re
from collections.abc import Callable
from typing import Final

from msgspec import structs

from gateway.core.contract import Contract
from gateway.core.job_draft import Node, at, job_draft, job_plan, told
from gateway.core.model import Value
from gateway.core.provider import Draft
from gateway.providers.github.kinds import Kind
from gateway.providers.github.outcome import outcome_of

_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}").fullmatch
_NOT_STARTED: Final = {"requested", "queued", "pending", "waiting"}
"""Until it runs, `started_at` repeats when it was queued."""


def job_normalizer(contract: Contract, kind: Kind) -> Callable[[Value], Draft]:
    """The normalizer of payloads of this kind."""
    plan = job_plan(contract, f"urn:callback-gateway:github:job.{kind.name}:v1")

    def normalize(payload: Value) -> Draft:
        found = told(payload, kind.paths, plan)
        job, parts = found.job, found.parts
        job["tag"] = kind.name
        if kind.name == "status" and "commit" in parts and "name" in job:
            job["id"] = f"{parts['commit']}/{job['name']}"
        state = job.get("state", "")
        if state in _NOT_STARTED:
            job.pop("started_at", None)
        draft = job_draft(
            found,
            provider="github",
            event_name=kind.name,
            outcome=outcome_of(state),
            subject=_subject(job, parts.get("repository", {}), kind),
            type_=_type(payload, kind),
        )
        if not kind.tells_start:
            draft.data["job"].pop("queue_seconds", None)
        return structs.replace(draft, time=at(found.detail, kind.time) or draft.time)

    return normalize


def _subject(job: Node, repository: Node, kind: Kind) -> str:
    places = (repository.get("name"), kind.address, job.get("id"))
    return "/".join(place for place in places if place)


def _type(payload: Value, kind: Kind) -> str:
    """A word that cannot end a type is left out; it is in `detail`."""
    verb = at(payload, kind.verb)
    name = f"com.github.{kind.name}"
    return f"{name}.{verb}" if isinstance(verb, str) and _WORD(verb) else name
