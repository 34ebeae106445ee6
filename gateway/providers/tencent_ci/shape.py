"""Vendor name → our name, as tables; the types come from the schema of the event.

What has no name of ours is known, and `extra` as it is.
`Bucket` beside `BucketId`: the tables of 22 manual pages call it so, every example `BucketId`.
`CreateTime`, `Createtime`, `CreationTime`: workflow, its field table, job.
"""

from collections.abc import Mapping
from dataclasses import replace

from gateway.core.coerce import Plan
from gateway.core.scalars import text

Shape = Mapping[str, "str | tuple[str, Shape]"]
_EXTRA = ""

HEADERS: Shape = {"Key": "key", "Value": "value"}
PLACE: Shape = {
    "BucketId": "bucket",
    "Bucket": "bucket",
    "Region": "region",
    "Object": "key",
    "CosHeaders": ("headers", HEADERS),
}
INPUT: dict[str, "str | tuple[str, Shape]"] = {
    **PLACE,
    "Url": "url",
    **dict.fromkeys(("Lang", "Type", "BasicType"), _EXTRA),  # of Translation
}
JOB: Shape = {
    "JobId": "id",
    "Tag": "tag",
    "SubTag": _EXTRA,  # beside two Tags, documented nowhere
    "State": "state",
    "Code": "code",
    "Message": "message",
    "Progress": "progress",
    "QueueId": "queue_id",
    "CreationTime": "created_at",
    "StartTime": "started_at",
    "EndTime": "finished_at",
    **dict.fromkeys(("CallBack", "CallBackFormat"), _EXTRA),  # in the answers of Segment
    "Input": ("input", INPUT),
    "Workflow": (
        "workflow",
        {"WorkflowId": "id", "RunId": "run_id", "WorkflowName": "name", "Name": "node"},
    ),
    "Operation": "detail",
}
TASK: Shape = {
    "JobId": "job_id",
    "Type": "type",
    "Name": "name",
    "State": "state",
    "TemplateId": "template_id",
    "TemplateName": "template_name",
    "CreateTime": "created_at",
    "Createtime": "created_at",
    "CreationTime": "created_at",
    "StartTime": "started_at",
    "EndTime": "finished_at",
    **dict.fromkeys(("Code", "Message"), _EXTRA),  # in the query of a run
}
BATCH: Shape = {
    "JobId": "id",
    "Type": "type",
    "Name": "name",
    "Tag": "tag",
    "State": "state",
    "Code": "code",
    "Message": "message",
    "Progress": "progress",
    "QueueId": "queue_id",
    "CreationTime": "created_at",
    "StartTime": "started_at",
    "EndTime": "finished_at",
    "Input": (
        "input",
        {
            "BucketId": "bucket",
            "Bucket": "bucket",
            "Region": "region",
            "Prefix": "prefix",
            "Object": "key",
            "Manifest": "manifest",
            "UrlFile": "url_file",
        },
    ),
    "Operation": "detail",
}
WORKFLOW: Shape = {
    "WorkflowId": "id",
    "RunId": "run_id",
    "WorkflowName": "name",
    "Name": "name",
    "State": "state",
    "CreateTime": "created_at",
    "Tasks": ("tasks", TASK),
    "Topology": _EXTRA,  # in the query of a run; names of nodes are names of elements
    **PLACE,
}


def shaped(shape: Shape, types: Mapping[str, Plan]) -> Plan:
    """The plan that coerces vendor fields by `types` and gives them our names."""
    return Plan(fields={theirs: _field(ours, types) for theirs, ours in shape.items()}, closed=True)


def _field(target: "str | tuple[str, Shape]", types: Mapping[str, Plan]) -> Plan:
    if target == _EXTRA:
        return Plan(scalar=text)
    if isinstance(target, str):
        return replace(types[target], name=target)
    name, inner = target
    plan = types[name]
    if plan.item is not None:
        return Plan(name, item=shaped(inner, plan.item.fields))
    return replace(shaped(inner, plan.fields), name=name)
