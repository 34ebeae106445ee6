"""CloudEvents 1.0 over HTTP: structured, batched and binary; JSON format, any content of the data.

Each event becomes one of ours, which is a CloudEvent again: its type and time are theirs, its
subject theirs or their id, and `data.event` has every attribute as it came. Its own id and source
are the gateway's, as for every provider, so that a consumer deduplicates and routes in one way.
"""

from typing import Final

from gateway.core.contract import Contract
from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Value
from gateway.core.provider import Draft, Normalize, Provider
from gateway.providers.cloudevents.event import drafted
from gateway.providers.cloudevents.handshake import handshake
from gateway.providers.cloudevents.http import decode_http, encode_http

MOST: Final = 5_000
"""Events of one batch, as many as Azure Event Grid sends: a small body could make any number."""


def compile_provider(_contract: Contract) -> Normalize:
    """The specification types the attributes, so there is nothing to compile."""
    return _normalize


def _normalize(document: Value) -> list[Draft]:
    events = document if isinstance(document, list) else [document]
    if len(events) > MOST:
        raise Unreadable(Reason.SCHEMA, f"a batch of more than {MOST} events")
    return [drafted(event) for event in events]


def _is_probe(document: Value) -> bool:
    """An empty batch, which the specification allows: nothing has happened."""
    return isinstance(document, list) and not document


PROVIDER = Provider(
    "cloudevents",
    compile_provider,
    _is_probe,
    decode=decode_http,
    encode=encode_http,
    options=handshake,
)
