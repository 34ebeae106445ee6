"""Tencent Cloud CI (数据万象): callbacks of jobs, batches, workflows and moderations, XML or JSON.

The vendor signs nothing; bind a callback to its sender with a secret in its URL and the buckets it
may speak of.
"""

from gateway.core.provider import Provider
from gateway.providers.tencent_ci.document import document_normalizer
from gateway.providers.tencent_ci.moderation import is_probe
from gateway.providers.tencent_ci.personal import PERSONAL

PROVIDER = Provider("tencent-ci", document_normalizer, is_probe, personal=PERSONAL, root="Response")
