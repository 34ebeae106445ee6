"""One moderation in either form of its callback → the draft of its event.

Detail is `{EventName: Review…, JobsDetail}`, Simple `{code, message, data}`: the sender gets what
its job's CallbackVersion asked for. `job`, `input` and `moderation` come from both by table;
`detail` is what remains of the vendor's node, typed by the schema; everything else is in `extra`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from gateway.core.coerce import Aside, Plan, coerce, untyped
from gateway.core.contract import Contract
from gateway.core.model import Outcome, Value
from gateway.core.provider import Draft
from gateway.core.scalars import text
from gateway.providers.tencent_ci.moderation_address import object_at
from gateway.providers.tencent_ci.moderation_findings import (
    DECIDED,
    JUDGING,
    UNDECIDED,
    Verdicts,
    findings,
    latest,
)
from gateway.providers.tencent_ci.outcome import outcome_of
from gateway.providers.tencent_ci.root import Node, Root, several, word

TYPE: Final = "com.tencentcloud.ci.moderation.finished"
SCHEMA: Final = "urn:callback-gateway:tencent-ci:moderation:v1"

_KINDS = {
    "ReviewImage": "image",
    "ReviewVideo": "video",
    "ReviewAudio": "audio",
    "ReviewText": "text",
    "ReviewDocument": "document",
    "ReviewHtml": "html",
}
_LIVE = "live_video"
_AUDITED = {"Snapshot", "AudioSection"}
_JUDGED = re.compile(
    rf"(?:JobsDetail|data)\b.*\.(?:{'|'.join(JUDGING)}|Code|Label)\b", re.DOTALL
).match
_TEXT = Plan(scalar=text)


@dataclass(frozen=True, slots=True)
class Form:
    """Where one form of the callback has its parts, and how its job ended."""

    container: str
    deciding: tuple[str, ...]
    job: Mapping[str, str]
    input: Mapping[str, str]
    headers: str
    beside: tuple[str, ...]
    """What of the job stands beside the container."""
    outcome: Callable[[Node], Outcome]
    owner: Callable[[Node], Node]
    """Input → the object in it, `{bucket, region, key}` as far as told."""


def _outcome_of_code(job: Node) -> Outcome:
    if "code" not in job:
        return Outcome.UNKNOWN
    return Outcome.SUCCESS if job["code"] == "0" else Outcome.FAILURE


DETAIL: Final = Form(
    container="JobsDetail",
    deciding=("JobId", "State", "Type", "Result", "Suggestion"),
    job={
        "JobId": "id",
        "State": "state",
        "Code": "code",
        "Message": "message",
        "CreationTime": "created_at",
    },
    input={"BucketId": "bucket", "Region": "region", "Object": "key", "Url": "url"},
    headers="CosHeaders",
    beside=(),
    outcome=lambda job: outcome_of(job.get("state")),
    owner=lambda source: source,
)
SIMPLE: Final = Form(
    container="data",
    deciding=("trace_id", "event", "result"),
    job={"trace_id": "id"},
    input={"url": "url"},
    headers="cos_headers",
    beside=("code", "message"),
    outcome=_outcome_of_code,
    owner=lambda source: dict(object_at(source.get("url", ""))),
)


def drafter(form: Form, contract: Contract) -> Callable[[Root, Node], Draft]:
    """The function that drafts the event of one node under `form.container`."""
    types = contract.property_plan(SCHEMA).fields
    fields = dict(types["detail"].fields)
    for part, names in (("job", form.job), ("input", form.input)):
        for theirs, ours in names.items():
            fields[theirs] = replace(types[part].fields[ours], name=theirs)
    plan = Plan(fields=fields)

    def draft(root: Root, node: Node) -> Draft:
        for name in form.deciding:
            word(node, name)  # never the last of several that differ
        rest = {name: child for name, child in root.node.items() if name not in form.beside}
        aside = structs.replace(root, node=rest).aside(form.container)
        vendor = {name: child for name, child in node.items() if name != form.headers}
        detail = coerce(vendor, plan, form.container, aside) or {}
        job = _taken(detail, form.job)
        for name in form.beside:
            beside = coerce(root.node.get(name), _TEXT, name, aside)
            job |= {name: beside} if beside else {}
        headers = _headers(node.get(form.headers), f"{form.container}.{form.headers}", aside)
        event_name = root.event_name or detail.get("event")
        return _draft(form, event_name, job=job, detail=detail, headers=headers, aside=aside)

    return draft


def _draft(
    form: Form,
    event_name: str | None,
    *,
    job: Node,
    detail: Node,
    headers: list[Node],
    aside: Aside,
) -> Draft:
    source = _taken(detail, form.input)
    owner = form.owner(source)
    outcome = form.outcome(job)
    moderation = _moderation(event_name, job, detail, _verdicts(job, outcome, detail, aside))
    parts: Node = {
        "provider": "tencent-ci",
        "event_name": event_name,
        "outcome": str(outcome),
        "job": job,
        **{name: owner[name] for name in ("bucket", "region") if name in owner},
        "input": _input(source | owner, headers, aside),
        "moderation": moderation,
        "detail": detail,
        "extra": aside.texts,
    }
    return Draft(
        kind="moderation",
        type=TYPE,
        subject=job.get("id", ""),
        time=latest(moderation) or job.get("created_at"),
        schema=SCHEMA,
        data={name: part for name, part in parts.items() if part},
        outcome=str(outcome),
        unknown=aside.unknown,
    )


def _moderation(event_name: str | None, job: Node, detail: Node, verdicts: Verdicts) -> Node:
    live = detail.get("Type") == _LIVE
    kind = "live" if live else _KINDS.get(event_name or "", "unknown")
    links_from = None if live else job.get("created_at")  # a stream outlives its first links
    return {"kind": kind, **findings(detail, verdicts, links_from)}


def _verdicts(job: Node, outcome: Outcome, detail: Node, aside: Aside) -> Verdicts:
    """While a live stream runs, each callback judges the snapshots and sections that it brings.
    What judges but cannot be read makes every 0 doubtful."""
    partly = job.get("state", "").lower() == "auditing" and detail.keys() & _AUDITED
    decided = outcome is Outcome.SUCCESS or partly
    return DECIDED if decided and not any(map(_JUDGED, aside.texts)) else UNDECIDED


def _taken(detail: Node, names: Mapping[str, str]) -> Node:
    return {ours: detail.pop(theirs) for theirs, ours in names.items() if theirs in detail}


def _input(source: Node, headers: list[Node], aside: Aside) -> Node:
    """What was judged. What is no object is in no bucket, although its job has one."""
    key = source.get("key", "")
    if key.startswith("/"):
        aside.texts[f"{DETAIL.container}.Object"] = key
    found = {**source, "key": key.removeprefix("/"), "headers": headers}
    outside = () if found["key"] else ("bucket", "region")
    return {name: part for name, part in found.items() if part and name not in outside}


def _headers(value: Value, path: str, aside: Aside) -> list[Node]:
    """The headers of a map, by name: members of an object have no order."""
    kept = untyped(value)
    if not isinstance(kept, dict):
        aside.keep(kept, path)
        return []
    found: list[Node] = []
    for name in sorted(kept):
        texts = several(kept[name])
        if name and all(isinstance(text, str) for text in texts):
            found += [{"key": name, "value": text} for text in texts]
        else:
            aside.keep({name: texts}, path)
    return found
