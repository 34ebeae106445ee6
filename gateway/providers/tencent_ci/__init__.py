"""Tencent Cloud CI (数据万象): job and workflow callbacks, XML or JSON.

The manuals show 22 Tags of jobs (`TaskFinish`) and workflows (`WorkflowFinish`). The vendor signs
nothing; bind a callback to its sender with a secret in its URL and the buckets it may speak of.
"""

from gateway.core.contract import Contract
from gateway.core.errors import Reason, Unreadable
from gateway.core.provider import Draft, Normalize, Provider
from gateway.providers.tencent_ci.job import job_normalizer
from gateway.providers.tencent_ci.moderation import (
    is_moderation,
    is_probe,
    moderation_normalizer,
)
from gateway.providers.tencent_ci.received import received
from gateway.providers.tencent_ci.root import Root, containers
from gateway.providers.tencent_ci.workflow import workflow_normalizer


def compile_provider(contract: Contract) -> Normalize:
    """The vendor's normalizer over its schemas."""
    moderations = moderation_normalizer(contract)
    by_container = {
        "WorkflowExecution": workflow_normalizer(contract),
        "JobsDetail": job_normalizer(contract),
    }

    def normalize(document: object) -> list[Draft]:
        root = Root.of(document)
        if is_moderation(root, document):
            return moderations(root, document)
        for name, one in by_container.items():
            if name in root.node:
                nodes = containers(root.node, name)
                return [one(root._replace(share=len(nodes)), node) for node in nodes]
        if root.event_name in ("TaskFinish", "WorkflowFinish"):
            raise Unreadable(Reason.SCHEMA, f"{root.event_name} without its container")
        return [received(document, root)]

    return normalize


PROVIDER = Provider("tencent-ci", compile_provider, is_probe)
