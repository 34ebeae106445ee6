"""An event that is published again → the same event, marked, so that consumers can tell.

The mark is CloudEvents' extension attribute `replay`, the id of the replay or of the rewind: in the
event's JSON in structured mode, as the header `ce_replay` in binary mode. The event's id stays.
"""

from typing import Final

from msgspec import structs

from gateway.core.model import Event, Record

Replayed = tuple[str, int]
"""The id of a rewind, and the number of the last event that it publishes again."""

NOTHING: Final[Replayed] = ("", 0)
"""Of a route that was never rewound."""


def marked(event: Event, replay: str) -> Event:
    """`replay` is an id of ours: letters, digits and dashes."""
    return structs.replace(event, json=b'{"replay":"' + replay.encode() + b'",' + event.json[1:])


def again(record: Record, replayed: Replayed) -> Event:
    """The record's event, marked where the route has passed it before."""
    replay, last = replayed
    return marked(record.event, replay) if record.seq <= last else record.event
