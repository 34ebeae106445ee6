"""A JSON payload of a kind that no schema types → the draft of the event that keeps it whole."""

from gateway.core.model import Value
from gateway.core.provider import Draft
from gateway.core.verbatim import verbatim


def received(payload: Value, *, provider: str, event_name: str, type_: str, schema: str) -> Draft:
    """The payload stands in `detail`, or in its member `body` where it is no object."""
    detail = filled(payload)
    parts = {
        "provider": provider,
        "event_name": event_name,
        "detail": detail if isinstance(detail, dict) or detail is None else {"body": detail},
    }
    return Draft(
        kind="event",
        type=type_,
        subject="",
        time=None,
        schema=schema,
        data={name: part for name, part in parts.items() if part},
    )


def filled(value: Value) -> Value:
    """`value` with JSON's own types and without what is null or empty; None where all of it is."""
    if isinstance(value, dict):
        members = {name: kept for name, one in value.items() if (kept := filled(one)) is not None}
        return members or None
    if isinstance(value, list):
        return [kept for one in value if (kept := filled(one)) is not None] or None
    return None if value is None or value == "" else verbatim(value)
