"""GitHub: webhooks of workflows, checks, commit statuses and deployments; any other event whole.

https://docs.github.com/en/webhooks/webhook-events-and-payloads (2026). The kind of the payload
stands in `X-GitHub-Event` alone, which no signature covers: it only chooses how the payload is
read, and a payload that is of another kind has no id there and goes to quarantine. Types and times
are those of the CloudEvents adapter for GitHub.
"""

from typing import Final

from gateway.core.contract import Contract
from gateway.core.model import Value
from gateway.core.provider import Draft, Normalize, Provider
from gateway.core.received import received
from gateway.providers.github.job import job_normalizer
from gateway.providers.github.kinds import KINDS
from gateway.providers.github.personal import PERSONAL
from gateway.providers.github.request import EVENT, PAYLOAD, decode_github, encode_github

RECEIVED: Final = "com.github.event.received"
SCHEMA: Final = "urn:callback-gateway:github:event:v1"


def compile_provider(contract: Contract) -> Normalize:
    """The vendor's normalizer over its schemas."""
    normalizers = {name: job_normalizer(contract, kind) for name, kind in KINDS.items()}

    def normalize(document: Value) -> list[Draft]:
        event, payload = _event(document), _payload(document)
        if event in normalizers:
            return [normalizers[event](payload)]
        return [
            received(payload, provider="github", event_name=event, type_=RECEIVED, schema=SCHEMA)
        ]

    return normalize


def is_probe(document: Value) -> bool:
    """`ping`, sent when a webhook is made: both its name and its `zen`, so that no other payload
    under that name is dropped."""
    payload = _payload(document)
    return _event(document) == "ping" and isinstance(payload, dict) and "zen" in payload


def _event(document: Value) -> str:
    event = document.get(EVENT) if isinstance(document, dict) else None
    return event if isinstance(event, str) else ""


def _payload(document: Value) -> Value:
    return document.get(PAYLOAD) if isinstance(document, dict) else document


PROVIDER = Provider(
    "github",
    compile_provider,
    is_probe,
    decode=decode_github,
    encode=encode_github,
    personal=PERSONAL,
)
