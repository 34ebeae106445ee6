"""An authentic, well-formed callback of an unknown kind → an event that keeps it whole."""

from typing import Final

from gateway.core.provider import Draft
from gateway.providers.tencent_ci.root import Root

TYPE: Final = "com.tencentcloud.ci.event.received"
SCHEMA: Final = "urn:callback-gateway:tencent-ci:event:v1"


def received(document: object, root: Root) -> Draft:
    """Every leaf of the document is in `extra`, under its path."""
    aside = root.aside(None)
    if not isinstance(document, dict):
        aside.keep(document, "")
    parts = {"provider": "tencent-ci", "event_name": root.event_name, "extra": aside.texts}
    return Draft(
        kind="event",
        type=TYPE,
        subject="",
        time=None,
        schema=SCHEMA,
        data={name: part for name, part in parts.items() if part},
        unknown=len(aside.texts),
    )
