"""Any sender, JSON or XML: each callback is one event that keeps it whole.

Nothing is known of the document, so nothing in it is named, moved or typed: JSON keeps its types,
empties and lists of one, and what XML says is text (attributes are `@name`). So XML and JSON of one
document are two events here: making them one would turn JSON's numbers and truths into text for
every consumer, for the sake of senders that change their wire form.
"""

from typing import Final

from gateway.core.contract import Contract
from gateway.core.model import Value
from gateway.core.provider import Draft, Normalize, Provider
from gateway.core.verbatim import verbatim

TYPE: Final = "callback-gateway.event.received"
"""No vendor, so no vendor's domain: the name that the gateway's URNs begin with stands for it."""
SCHEMA: Final = "urn:callback-gateway:generic:document:v1"


def compile_provider(_contract: Contract) -> Normalize:
    """The schema types nothing, so there is nothing to compile."""
    return _normalize


def _normalize(document: Value) -> list[Draft]:
    data = {"provider": "generic", "body": verbatim(document)}
    return [Draft(kind="event", type=TYPE, subject="", time=None, schema=SCHEMA, data=data)]


def _is_probe(_document: Value) -> bool:
    """Nobody knows what a console of an unknown sender sends."""
    return False


PROVIDER = Provider("generic", compile_provider, _is_probe)
