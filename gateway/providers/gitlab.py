"""GitLab: webhooks of pipelines and of jobs, which it calls builds; any other event whole.

https://docs.gitlab.com/user/project/integrations/webhook_events/ (2026). `object_kind` in the
payload tells what it is, so no header is needed. A test that is sent by hand is the payload of the
project's last pipeline or job: it cannot be told from any other, and is an event.

What a `status` says of the outcome; any other word is unknown:

* `success`, `failed` and `canceled` are what they say. A job that may fail (`allow_failure`) has
  failed all the same; its pipeline succeeds.
* `skipped` is canceled: nothing was run, so nothing succeeded.
* `manual` is paused: it waits for a person to start it.
* `created`, `waiting_for_resource`, `preparing`, `waiting_for_callback`, `pending`, `running`,
  `canceling` and `scheduled` are running: they go on by themselves.

Types are those of the CloudEvents adapter for GitLab, `com.gitlab.pipeline.<status>` and
`com.gitlab.job.<status>`; subjects are places in its REST API, `group/project/jobs/1977`.
"""

import re
from collections.abc import Callable
from typing import Final

from msgspec import structs

from gateway.core.contract import Contract
from gateway.core.job_draft import Paths, at, job_draft, job_plan, told
from gateway.core.model import Outcome, Value
from gateway.core.provider import Draft, Normalize, Provider
from gateway.core.received import received

RECEIVED: Final = "com.gitlab.event.received"
SCHEMA: Final = "urn:callback-gateway:gitlab:event:v1"
PERSONAL: Final = frozenset(
    {
        *("user", "author", "assignee", "assignees", "reviewers", "email"),
        *("user_id", "user_name", "user_username", "user_email", "user_avatar"),
        *("author_name", "author_email", "author_url"),
    }
)
"""Accounts of whoever acted, wrote or was asked; what they wrote (messages, titles) is content."""

_OUTCOMES: Final = {
    "success": Outcome.SUCCESS,
    "failed": Outcome.FAILURE,
    "canceled": Outcome.CANCELED,
    "skipped": Outcome.CANCELED,
    "manual": Outcome.PAUSED,
    "created": Outcome.RUNNING,
    "waiting_for_resource": Outcome.RUNNING,
    "preparing": Outcome.RUNNING,
    "waiting_for_callback": Outcome.RUNNING,
    "pending": Outcome.RUNNING,
    "running": Outcome.RUNNING,
    "canceling": Outcome.RUNNING,
    "scheduled": Outcome.RUNNING,
}
_NOUNS: Final = {"pipeline": "pipeline", "build": "job"}
"""`object_kind` → what its events and its place in the API are called."""
_PATHS: Final[dict[str, Paths]] = {
    "pipeline": {
        "job": {
            "id": "object_attributes.id",
            "number": "object_attributes.iid",
            "name": "object_attributes.name",
            "state": "object_attributes.status",
            "url": "object_attributes.url",
            "created_at": "object_attributes.created_at",
            "finished_at": "object_attributes.finished_at",
            "queue_seconds": "object_attributes.queued_duration",
            "run_seconds": "object_attributes.duration",
        },
        "repository": {
            "id": "project.id",
            "name": "project.path_with_namespace",
            "url": "project.web_url",
        },
        "ref": "object_attributes.ref",
        "commit": "object_attributes.sha",
    },
    "build": {
        "job": {
            "id": "build_id",
            "name": "build_name",
            "state": "build_status",
            "code": "build_failure_reason",
            "created_at": "build_created_at",
            "started_at": "build_started_at",
            "finished_at": "build_finished_at",
            "queue_seconds": "build_queued_duration",
            "run_seconds": "build_duration",
        },
        "workflow": {"run_id": "pipeline_id", "name": "commit.name", "node": "build_stage"},
        "repository": {
            "id": ("project_id", "project.id"),
            "name": "project.path_with_namespace",
            "url": ("project.web_url", "repository.homepage"),
        },
        "ref": "ref",
        "commit": "sha",
    },
}
_TIMES: Final = {"created": "created_at", "running": "started_at"}
"""Status → when it came about; of the others only an end is told."""
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}").fullmatch


def compile_provider(contract: Contract) -> Normalize:
    """The vendor's normalizer over its schemas."""
    normalizers = {kind: _normalizer(contract, kind) for kind in _PATHS}

    def normalize(document: Value) -> list[Draft]:
        kind = at(document, "object_kind")
        if isinstance(kind, str) and kind in normalizers:
            return [normalizers[kind](document)]
        name = kind or at(document, "event_name")  # system hooks have no object_kind
        event_name = name if isinstance(name, str) else ""
        return [
            received(
                document,
                provider="gitlab",
                event_name=event_name,
                type_=RECEIVED,
                schema=SCHEMA,
            )
        ]

    return normalize


def _normalizer(contract: Contract, kind: str) -> Callable[[Value], Draft]:
    plan = job_plan(contract, f"urn:callback-gateway:gitlab:job.{kind}:v1")
    noun = _NOUNS[kind]

    def normalize(payload: Value) -> Draft:
        found = told(payload, _PATHS[kind], plan)
        job, repository = found.job, found.parts.get("repository", {})
        job["tag"] = kind
        state = job.get("state", "")
        if kind == "build":
            _complete(job, repository, payload)
        project = repository.get("name") or repository.get("id")
        draft = job_draft(
            found,
            provider="gitlab",
            event_name=kind,
            outcome=_OUTCOMES.get(state, Outcome.UNKNOWN),
            subject="/".join(filter(None, (project, f"{noun}s", job.get("id")))),
            type_=f"com.gitlab.{noun}.{state}" if _WORD(state) else f"com.gitlab.{noun}",
        )
        return structs.replace(draft, time=job.get(_TIMES.get(state, "finished_at")))

    return normalize


def _complete(job: dict[str, Value], repository: dict[str, Value], payload: Value) -> None:
    """What a job's payload tells in another way than ours."""
    retries = at(payload, "retries_count")
    if type(retries) is int and retries >= 0:  # a truth is no number
        job["attempt"] = retries + 1
    if "started_at" not in job:  # it is the time so far
        job.pop("queue_seconds", None)
    if job.get("state") != "failed":  # every other job has `unknown_failure`
        job.pop("code", None)
    if "url" in repository and "id" in job:
        job["url"] = f"{repository['url']}/-/jobs/{job['id']}"


def is_probe(_document: Value) -> bool:
    """A test sends a real payload."""
    return False


PROVIDER = Provider("gitlab", compile_provider, is_probe, personal=PERSONAL)
