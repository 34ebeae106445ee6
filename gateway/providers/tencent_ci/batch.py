"""One `JobsDetail` that is a batch (inventory trigger job) → the draft of its event.

A batch starts a job or a workflow run for each object that it selects. It comes in the container of
jobs, and says what it is twice: `Type` is Job or Workflow, where a job has a Tag and no Type, and
its JobId begins with `b` (https://www.tencentcloud.com/document/product/1045/47029 and 47031, both
as of 2024). One mark alone makes no batch: ids are opaque, and moderations have a Type too.
That the batch itself calls back is documented nowhere; its jobs and runs have callbacks of their
own. The Tag of its jobs, their queue and the user's data stand in its Operation.
"""

from collections.abc import Callable
from typing import Final

from gateway.core.coerce import Aside, coerce
from gateway.core.contract import Contract
from gateway.core.provider import Draft
from gateway.providers.tencent_ci.outcome import outcome_of
from gateway.providers.tencent_ci.outputs import file_results, owner
from gateway.providers.tencent_ci.root import Node, Root, only, without_slash, word
from gateway.providers.tencent_ci.shape import BATCH, shaped

TYPE: Final = "com.tencentcloud.ci.batch.finished"
SCHEMA: Final = "urn:callback-gateway:tencent-ci:batch:v1"
_PATH = "JobsDetail"
_TYPES = {"Job", "Workflow"}
_FROM_OPERATION = {"Tag": "tag", "QueueId": "queue_id", "UserData": "user_data"}


def is_batch(job: Node) -> bool:
    """Whether what stands in `JobsDetail` is a batch; both marks, never one alone."""
    if "Type" not in job:
        return False
    return (word(job, "JobId") or "").startswith("b") and word(job, "Type") in _TYPES


def batch_normalizer(contract: Contract) -> Callable[[Root, Node], Draft]:
    """The normalizer of batches."""
    fields = contract.property_plan(SCHEMA).fields
    plan = shaped(BATCH, {**fields, **fields["batch"].fields})

    def normalize(root: Root, batch: Node) -> Draft:
        word(batch, "State")  # never the last of several that differ
        aside = root.aside(_PATH)
        return _draft(root, batch, coerce(batch, plan, _PATH, aside) or {}, aside=aside)

    return normalize


def _draft(root: Root, vendor: Node, found: Node, *, aside: Aside) -> Draft:
    detail, source = found.pop("detail", {}), found.pop("input", {})
    told = {ours: detail[name] for name, ours in _FROM_OPERATION.items() if name in detail}
    batch = told | found
    without_slash(source, f"{_PATH}.Input.Object", aside)
    files = file_results(detail, only(vendor, "Operation"))
    place = source if "bucket" in source else owner(files) or source
    outcome = outcome_of(batch.get("state"))
    parts: Node = {
        "provider": "tencent-ci",
        "event_name": root.event_name,
        "outcome": str(outcome),
        "batch": batch,
        **{name: place[name] for name in ("bucket", "region") if name in place},
        "input": source,
        "detail": detail,
        "extra": aside.texts,
    }
    return Draft(
        kind="batch",
        type=TYPE,
        subject=batch.get("id", ""),
        time=batch.get("finished_at") or batch.get("started_at") or batch.get("created_at"),
        schema=SCHEMA,
        data={name: part for name, part in parts.items() if part},
        outcome=str(outcome),
        unknown=aside.unknown,
    )
