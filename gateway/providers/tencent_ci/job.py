"""One `JobsDetail` → the draft of a job event.

`job`, `input` and `workflow` come from the vendor's envelope by table; `detail` is the Operation
under its own names, typed by the schema of its Tag; everything else is in `extra`.
"""

import re
from collections.abc import Callable
from typing import Final

from gateway.core.coerce import Aside, Plan, coerce, untyped
from gateway.core.contract import Contract
from gateway.core.job_draft import seconds
from gateway.core.model import Outcome
from gateway.core.provider import Draft
from gateway.providers.tencent_ci.media import media
from gateway.providers.tencent_ci.outcome import outcome_of, outcome_of_code
from gateway.providers.tencent_ci.outputs import file_results, outputs, owner
from gateway.providers.tencent_ci.root import Node, Root, inward, only, without_slash, word
from gateway.providers.tencent_ci.shape import INPUT, JOB, shaped

TYPE: Final = "com.tencentcloud.ci.job.finished"
SCHEMA: Final = "urn:callback-gateway:tencent-ci:job:v1"
_PATH = "JobsDetail"
_OF_JOB = re.compile(r"urn:callback-gateway:tencent-ci:job[.:]").match
_VENDOR = {  # of two names for one thing the table's first
    ours if isinstance(ours, str) else ours[0]: theirs for theirs, ours in reversed(INPUT.items())
}
_FROM_OPERATION = {
    "TemplateId": "template_id",
    "TemplateName": "template_name",
    "UserData": "user_data",
}


def job_normalizer(contract: Contract) -> Callable[[Root, Node], Draft]:
    """The normalizer of jobs; a Tag without a schema of its own goes by the general one."""

    plans = {schema: _plan(contract, schema) for schema in contract.identifiers if _OF_JOB(schema)}
    input_plan = shaped(INPUT, contract.property_plan(SCHEMA, "input").fields)

    def normalize(root: Root, job: Node) -> Draft:
        root, job = inward(root, job, "Workflow")
        tag = _tag(job)
        schema = f"urn:callback-gateway:tencent-ci:job.{tag.lower()}:v1"
        if schema not in plans:
            schema = SCHEMA
        aside = root.aside(_PATH)
        found = coerce(_without_operation_input(job), plans[schema], _PATH, aside) or {}
        source = _input(found.pop("input", {}), job, input_plan, aside)
        return _draft(root, job, found, source=source, tag=tag, schema=schema, aside=aside)

    return normalize


def _plan(contract: Contract, schema: str) -> Plan:
    fields = contract.property_plan(schema).fields
    return shaped(JOB, {**fields, **fields["job"].fields})


def _draft(
    root: Root, vendor: Node, found: Node, *, source: Node, tag: str, schema: str, aside: Aside
) -> Draft:
    job = found
    detail, workflow = job.pop("detail", {}), job.pop("workflow", None)
    for theirs, ours in _FROM_OPERATION.items():
        if isinstance(detail.get(theirs), str):
            job[ours] = detail[theirs]
    if tag:
        job["tag"] = tag
    job |= seconds(job)
    outcome = _outcome(job, vendor)
    files = file_results(detail, only(vendor, "Operation"))
    place = source if "bucket" in source else owner(files) or source
    parts: Node = {
        "provider": "tencent-ci",
        "event_name": root.event_name,
        "outcome": str(outcome),
        "job": job,
        **{name: place[name] for name in ("bucket", "region") if name in place},
        "input": source,
        "outputs": outputs(detail, files, outcome),
        "workflow": workflow,
        "media": media(vendor),
        "detail": detail,
        "extra": aside.texts,
    }
    return Draft(
        kind="job",
        type=TYPE,
        subject=job.get("id", ""),
        time=job.get("finished_at") or job.get("started_at") or job.get("created_at"),
        schema=schema,
        data={name: part for name, part in parts.items() if part},
        tag=tag,
        outcome=str(outcome),
        unknown=aside.unknown,
    )


def _tag(job: Node) -> str:
    """Tag of the job; in MultiJobs of its Operation; WordsGeneralize JSON has none at all."""
    for name in ("JobId", "State"):
        word(job, name)  # never the last of several that differ
    operation = only(job, "Operation")
    tag = word(job, "Tag") or word(operation, "Tag")
    if tag is None and any(name.startswith("WordsGeneralize") for name in operation):
        return "WordsGeneralize"
    return tag or ""


def _outcome(job: Node, vendor: Node) -> Outcome:
    if job.get("tag") == "WordsGeneralize" and untyped(vendor.get("State")) is None:
        return outcome_of_code(job.get("code"))
    return outcome_of(job.get("state"))


def _without_operation_input(job: Node) -> Node:
    operation = only(job, "Operation")
    if "Input" not in operation:
        return job
    return job | {"Operation": {k: v for k, v in operation.items() if k != "Input"}}


def _input(found: Node, job: Node, plan: Plan, aside: Aside) -> Node:
    """The job's input; Tts has it inside its Operation. Keys lose one leading slash."""
    without_slash(found, f"{_PATH}.Input.Object", aside)
    operation = only(job, "Operation")
    if "Input" in operation:
        path = f"{_PATH}.Operation.Input"
        inner = coerce(operation["Input"], plan, path, aside) or {}
        without_slash(inner, f"{path}.Object", aside)
        for name, value in inner.items():
            place = f"{path}.{_VENDOR[name]}"
            if found.setdefault(name, value) != value and place not in aside.texts:
                aside.keep(value, place)
    return found
