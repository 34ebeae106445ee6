"""Jenkins: what its Notification plugin sends of builds as JSON; any other document whole.

https://github.com/jenkinsci/notification-plugin (1.18). Its XML has other names and is kept whole.

The phase tells how far a build is: QUEUED (also told when it has started), STARTED, COMPLETED and,
after all post-build work, FINALIZED; so a build that ends is two events. `timestamp` is the time of
the phase in milliseconds, 0 where nobody knows. Freestyle builds have no duration yet when they are
COMPLETED, and then its timestamp is their start: their end is told by FINALIZED.

What a `status` says of the outcome of a build that is COMPLETED or FINALIZED; before that it is
running, whatever the status, and in any other phase, or with any other word, unknown:

* SUCCESS, FAILURE and ABORTED are what they say.
* UNSTABLE is a failure: the build ran to its end and its tests failed. CDEvents says the same of
  such a run; who counts it otherwise finds the word in `job.state`.
* NOT_BUILT is canceled: nothing was run.
"""

from datetime import UTC, datetime
from typing import Final

from msgspec import structs

from gateway.core.contract import Contract
from gateway.core.job_draft import Node, Paths, at, job_draft, job_plan, told
from gateway.core.model import Outcome, Value
from gateway.core.provider import Draft, Normalize, Provider
from gateway.core.received import received

RECEIVED: Final = "io.jenkins.event.received"
BUILD: Final = "io.jenkins.build"
SCHEMA: Final = "urn:callback-gateway:jenkins:job:v1"
RECEIVED_SCHEMA: Final = "urn:callback-gateway:jenkins:event:v1"
PERSONAL: Final = frozenset({"culprits"})
"""The accounts whose changes are in a build; parameters, notes and logs are content."""

_OUTCOMES: Final = {
    "SUCCESS": Outcome.SUCCESS,
    "FAILURE": Outcome.FAILURE,
    "UNSTABLE": Outcome.FAILURE,
    "ABORTED": Outcome.CANCELED,
    "NOT_BUILT": Outcome.CANCELED,
}
_TIMES: Final = {
    "QUEUED": "created_at",
    "STARTED": "started_at",
    "COMPLETED": "finished_at",
    "FINALIZED": "finished_at",
}
"""Phase → what its timestamp is the time of."""
_UNFINISHED: Final = {"QUEUED", "STARTED"}
_PATHS: Final[Paths] = {
    "job": {
        "id": "build.url",
        "number": "build.number",
        "name": "name",
        "state": "build.phase",
        "queue_id": "build.queue_id",
        "url": "build.full_url",
    },
    "repository": {"url": "build.scm.url"},
    "ref": "build.scm.branch",
    "commit": "build.scm.commit",
}
_LATEST: Final = 253402300799999
"""Milliseconds: the end of the year 9999."""


def compile_provider(contract: Contract) -> Normalize:
    """The plugin's normalizer over its schemas."""
    plan = job_plan(contract, SCHEMA)

    def normalize(document: Value) -> list[Draft]:
        if at(document, "build.phase") is None:
            name, schema = RECEIVED, RECEIVED_SCHEMA
            return [
                received(document, provider="jenkins", event_name="", type_=name, schema=schema)
            ]
        found = told(document, _PATHS, plan)
        job, build = found.job, found.detail.get("build", {})
        phase = build.get("phase", "")
        _complete(job, build)
        outcome = Outcome.RUNNING if phase in _UNFINISHED else Outcome.UNKNOWN
        if phase in _TIMES and outcome is Outcome.UNKNOWN:
            outcome = _OUTCOMES.get(build.get("status", ""), outcome)
        draft = job_draft(
            found,
            provider="jenkins",
            event_name=phase,
            outcome=outcome,
            subject=job.get("id", ""),
            type_=f"{BUILD}.{phase.lower()}" if phase in _TIMES else BUILD,
        )
        return [structs.replace(draft, time=draft.time or _moment(build.get("timestamp")))]

    return normalize


def _complete(job: Node, build: Node) -> None:
    """What the plugin tells in another way than ours."""
    phase, duration = build.get("phase", ""), build.get("duration", 0)
    if id_ := job.pop("id", "").strip("/"):
        job["id"] = id_
    if phase not in _UNFINISHED:
        job |= {"state": build["status"]} if "status" in build else {}
        if duration > 0:
            job["run_seconds"] = duration / 1000
    time = _moment(build.get("timestamp"))
    if time and phase in _TIMES and (phase != "COMPLETED" or duration > 0):
        job[_TIMES[phase]] = time


def _moment(milliseconds: int | None) -> str | None:
    if not milliseconds or not 0 < milliseconds <= _LATEST:
        return None
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_probe(_document: Value) -> bool:
    """The plugin sends nothing to try a URL."""
    return False


PROVIDER = Provider("jenkins", compile_provider, is_probe, personal=PERSONAL)
