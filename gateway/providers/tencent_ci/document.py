"""A decoded document of the vendor's → the drafts of its events.

The container decides what a document is, not its EventName, which has changed over the years and is
missing in old callbacks; so the answers of the query API, which have none, are read too.
"""

from msgspec import structs

from gateway.core.contract import Contract
from gateway.core.errors import Reason, Unreadable
from gateway.core.provider import Draft, Normalize
from gateway.providers.tencent_ci.batch import batch_normalizer, is_batch
from gateway.providers.tencent_ci.job import job_normalizer
from gateway.providers.tencent_ci.moderation import is_moderation, moderation_normalizer
from gateway.providers.tencent_ci.received import received
from gateway.providers.tencent_ci.root import Node, Root, containers, is_empty
from gateway.providers.tencent_ci.workflow import workflow_normalizer


def document_normalizer(contract: Contract) -> Normalize:
    """The vendor's normalizer over its schemas."""
    moderations = moderation_normalizer(contract)
    job, batch = job_normalizer(contract), batch_normalizer(contract)

    def job_or_batch(root: Root, node: Node) -> Draft:
        return batch(root, node) if is_batch(node) else job(root, node)

    by_container = {
        "WorkflowExecution": workflow_normalizer(contract, "WorkflowExecution"),
        "JobsDetail": job_or_batch,
        "WorkflowExecutionList": workflow_normalizer(contract, "WorkflowExecutionList"),
    }

    def normalize(document: object) -> list[Draft]:
        root = Root.of(document)
        if is_moderation(root, document):
            return moderations(root, document)
        for name, one in by_container.items():
            if name in root.node and not is_empty(root.node[name]):
                nodes = containers(root.node, name)
                return [one(structs.replace(root, share=len(nodes)), node) for node in nodes]
        if root.event_name in ("TaskFinish", "WorkflowFinish"):
            raise Unreadable(Reason.SCHEMA, f"{root.event_name} without its container")
        return [received(document, root)]

    return normalize
