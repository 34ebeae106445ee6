"""The kinds of payloads that tell of a job: where each says what, and what its event is called."""

from dataclasses import dataclass
from typing import Final

from gateway.core.job_draft import Paths

_REPOSITORY: Final = {
    "id": "repository.id",
    "name": "repository.full_name",
    "url": "repository.html_url",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One event of GitHub, by its name in `X-GitHub-Event`."""

    name: str
    address: str
    """Where the thing stands below its repository in GitHub's REST API."""
    verb: str
    """The path of the word that ends the event's type."""
    paths: Paths
    time: str = ""
    """The path of when it happened, where that is none of the job's own times."""
    tells_start: bool = True
    """Whether `started_at` is when it began to run, after it was created."""


_WORKFLOW_RUN: Final = Kind(
    name="workflow_run",
    address="actions/runs",
    verb="action",
    time="workflow_run.updated_at",
    tells_start=False,  # run_started_at is when it was asked for; a second attempt, days later
    paths={
        "job": {
            "id": "workflow_run.id",
            "name": ("workflow_run.name", "workflow.name"),
            "number": "workflow_run.run_number",
            "attempt": "workflow_run.run_attempt",
            "state": ("workflow_run.conclusion", "workflow_run.status"),
            "url": "workflow_run.html_url",
            "created_at": "workflow_run.created_at",
            "started_at": "workflow_run.run_started_at",
            "finished_at": "workflow_run.updated_at",
        },
        "workflow": {
            "id": "workflow_run.workflow_id",
            "run_id": "workflow_run.id",
            "name": ("workflow.name", "workflow_run.name"),
        },
        "repository": _REPOSITORY,
        "ref": "workflow_run.head_branch",
        "commit": "workflow_run.head_sha",
    },
)
_WORKFLOW_JOB: Final = Kind(
    name="workflow_job",
    address="actions/jobs",
    verb="action",
    paths={
        "job": {
            "id": "workflow_job.id",
            "name": "workflow_job.name",
            "attempt": "workflow_job.run_attempt",
            "state": ("workflow_job.conclusion", "workflow_job.status"),
            "url": "workflow_job.html_url",
            "created_at": "workflow_job.created_at",
            "started_at": "workflow_job.started_at",
            "finished_at": "workflow_job.completed_at",
        },
        "workflow": {"run_id": "workflow_job.run_id", "name": "workflow_job.workflow_name"},
        "repository": _REPOSITORY,
        "ref": "workflow_job.head_branch",
        "commit": "workflow_job.head_sha",
    },
)
_CHECK_RUN: Final = Kind(
    name="check_run",
    address="check-runs",
    verb="action",
    paths={
        "job": {
            "id": "check_run.id",
            "name": "check_run.name",
            "state": ("check_run.conclusion", "check_run.status"),
            "message": "check_run.output.title",
            "url": ("check_run.html_url", "check_run.details_url"),
            "started_at": "check_run.started_at",
            "finished_at": "check_run.completed_at",
        },
        "repository": _REPOSITORY,
        "ref": "check_run.check_suite.head_branch",
        "commit": "check_run.head_sha",
    },
)
_CHECK_SUITE: Final = Kind(
    name="check_suite",
    address="check-suites",
    verb="action",
    time="check_suite.updated_at",
    paths={
        "job": {
            "id": "check_suite.id",
            "name": "check_suite.app.name",
            "state": ("check_suite.conclusion", "check_suite.status"),
            "created_at": "check_suite.created_at",
            "finished_at": "check_suite.updated_at",
        },
        "repository": _REPOSITORY,
        "ref": "check_suite.head_branch",
        "commit": "check_suite.head_sha",
    },
)
_STATUS: Final = Kind(
    name="status",
    address="statuses",
    verb="state",
    time="updated_at",
    paths={
        "job": {
            "name": "context",
            "state": "state",
            "message": "description",
            "url": "target_url",
            "created_at": "created_at",
            "finished_at": "updated_at",
        },
        "repository": _REPOSITORY,
        "commit": "sha",
    },
)
_DEPLOYMENT_STATUS: Final = Kind(
    name="deployment_status",
    address="deployments",
    verb="deployment_status.state",
    time="deployment_status.updated_at",
    paths={
        "job": {
            "id": "deployment.id",
            "name": ("deployment_status.environment", "deployment.environment"),
            "state": "deployment_status.state",
            "message": "deployment_status.description",
            "url": ("deployment_status.log_url", "deployment_status.target_url"),
            "created_at": "deployment.created_at",
            "finished_at": "deployment_status.updated_at",
        },
        "repository": _REPOSITORY,
        "ref": "deployment.ref",
        "commit": "deployment.sha",
    },
)
KINDS: Final = {
    kind.name: kind
    for kind in (
        _WORKFLOW_RUN,
        _WORKFLOW_JOB,
        _CHECK_RUN,
        _CHECK_SUITE,
        _STATUS,
        _DEPLOYMENT_STATUS,
    )
}
