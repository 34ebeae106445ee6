"""One run → the draft of a workflow event, with an outcome for each task.

Callbacks and the query of a run have it in `WorkflowExecution`, the query of several in
`WorkflowExecutionList`, without its tasks. Only an EventName tells a start from an end.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from gateway.core.coerce import Aside, coerce
from gateway.core.contract import Contract
from gateway.core.provider import Draft
from gateway.providers.tencent_ci.outcome import outcome_of
from gateway.providers.tencent_ci.root import Node, Root, without_slash, word
from gateway.providers.tencent_ci.shape import WORKFLOW, shaped

SCHEMA: Final = "urn:callback-gateway:tencent-ci:workflow:v1"
_TYPES = {"WorkflowStart": "com.tencentcloud.ci.workflow.started"}
_FINISHED = "com.tencentcloud.ci.workflow.finished"
_INPUT = ("bucket", "region", "key", "headers")


def workflow_normalizer(contract: Contract, container: str) -> Callable[[Root, Node], Draft]:
    """The normalizer of the runs in `container`."""
    fields = contract.property_plan(SCHEMA).fields
    types = {**fields, **fields["workflow"].fields, **fields["input"].fields}
    plan = shaped(WORKFLOW, types)

    def normalize(root: Root, run: Node) -> Draft:
        for name in ("RunId", "State"):
            word(run, name)
        aside = root.aside(container)
        found = coerce(run, plan, container, aside) or {}
        return _draft(root, found, path=container, aside=aside)

    return normalize


def _draft(root: Root, found: Node, *, path: str, aside: Aside) -> Draft:
    tasks = [
        task | {"outcome": str(outcome_of(task.get("state")))} for task in found.pop("tasks", [])
    ]
    source = {name: found.pop(name) for name in _INPUT if name in found}
    without_slash(source, f"{path}.Object", aside)
    outcome = outcome_of(found.get("state"))
    parts: Node = {
        "provider": "tencent-ci",
        "event_name": root.event_name,
        "outcome": str(outcome),
        "workflow": found,
        **{name: source[name] for name in ("bucket", "region") if name in source},
        "input": source,
        "tasks": tasks,
        "extra": aside.texts,
    }
    return Draft(
        kind="workflow",
        type=_TYPES.get(root.event_name or "", _FINISHED),
        subject=found.get("run_id", ""),
        time=_latest(tasks) or found.get("created_at"),
        schema=SCHEMA,
        data={name: part for name, part in parts.items() if part},
        outcome=str(outcome),
        unknown=aside.unknown,
    )


def _latest(tasks: list[Node]) -> str | None:
    """A run has no end of its own: it ends with its last task."""
    ends: list[str] = [task["finished_at"] for task in tasks if "finished_at" in task]
    return max(ends, key=datetime.fromisoformat, default=None)
