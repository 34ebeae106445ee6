"""A record that its topic refuses → what is written to the dead letters instead.

The letter is the record as it would have been published, with headers that tell why it was not. If
even that is too large there, a stub takes its place: the event without its data, with a `dataref`
(https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/dataref.md) to where the
gateway shows it.
"""

from typing import Final

from gateway.publish.batch import Headers, KafkaRecord
from gateway.publish.lane import Refusal
from gateway.publish.record import attributes, with_attributes
from gateway.publish.route import Route

_LONGEST: Final = 1000
"""Characters of each text in a stub, and of a detail."""


def letter(record: KafkaRecord, reasons: Headers) -> KafkaRecord:
    """The whole record, under its key."""
    return record._replace(headers=record.headers + reasons)


def stub(record: KafkaRecord, reasons: Headers) -> KafkaRecord:
    """What identifies its event, and where that is; under its key, unless that is huge."""
    short = {name: _short(value) for name, value in attributes(record).items()}
    short["dataref"] = f"/api/v1/events/{short['id']}"
    return letter(with_attributes(record, short)._replace(key=record.key[:_LONGEST]), reasons)


def reasons(record: KafkaRecord, route: Route, refusal: Refusal) -> Headers:
    """Headers that tell which route's event was refused by which topic, and why."""
    event = attributes(record)
    told = {
        "route": route.name,
        "topic": route.topic,
        "reason": refusal.fault,
        "detail": _short(refusal.detail),
        "event": event["id"],
        "source": event["source"],
    }
    return tuple((f"dead_letter_{name}", str(text).encode()) for name, text in told.items())


def _short(value: object) -> object:
    return value[:_LONGEST] if isinstance(value, str) else value
