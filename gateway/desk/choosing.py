"""Which events of the journal are meant → their numbers, for each route that has published them.

What a route has not passed yet it publishes by itself, in order: that is never replayed. Events are
read without their JSON unless a route looks into it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.core.errors import GatewayError, Reason
from gateway.core.model import Record
from gateway.journal import Ranges, Reader
from gateway.publish.route import ATTRIBUTES, Route, Selection, selection

LATEST: Final = "9"
"""Later than any time that is written down."""
_WINDOW: Final = 10_000
"""Numbers that are looked through at once."""


Step = Callable[[int, int], None]
"""Told the number that was looked through last, and the last one."""


class UnknownEventError(GatewayError):
    """There is no such event in the journal."""

    status = 404
    reason = Reason.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Wanted:
    """By ids alone, or all that were received in a time and match; as routes' `match` does."""

    ids: Sequence[str] = ()
    since: str = ""
    before: str = LATEST
    match: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Chosen:
    """What was chosen on the routes."""

    routes: dict[str, Ranges]
    examples: list[Record] = field(default_factory=list)
    """The first few."""
    unpublished: int = 0
    """Events that were meant, but are still to be published by a route."""


def beginning(reader: Reader, at: str) -> int | None:
    """The number of the event that `at` names: itself a number, `start`, or a time as UTC; None
    where no event that is kept was received since then."""
    if at.isdecimal():
        return max(int(at), reader.first_since("") or 1)
    return reader.first_since("" if at == "start" else at)


def choose(reader: Reader, wanted: Wanted, routes: Iterable[Route], step: Step) -> Chosen:
    """Raises UnknownEventError."""
    takes = {route.name: (_takes(route), reader.position(route.name)) for route in routes}
    chosen = Chosen({name: Ranges() for name in takes})
    needs_json = any(name not in ATTRIBUTES for route in routes for name in route.match)
    for record in _meant(reader, wanted, step, needs_json=needs_json):
        _add(record, takes, chosen)
    return chosen


def _add(record: Record, takes: Mapping[str, tuple[Selection, int]], chosen: Chosen) -> None:
    taken = [name for name, (select, _) in takes.items() if select(record.event) is not None]
    passed = [name for name in taken if record.seq <= takes[name][1]]
    for name in passed:
        chosen.routes[name].add(record.seq)
    if passed and len(chosen.examples) < 5:
        chosen.examples.append(record)
    chosen.unpublished += len(passed) < len(taken)


def _takes(route: Route) -> Selection:
    """Whether a route matches; its key, which may need the JSON, does not matter."""
    return selection(Route(route.name, route.topic, route.match))


def _meant(reader: Reader, wanted: Wanted, step: Step, *, needs_json: bool) -> Iterator[Record]:
    if wanted.ids:
        found = {_found(reader, each) for each in wanted.ids}
        yield from sorted(found, key=lambda record: record.seq)
        return
    matches = selection(Route("wanted", "wanted", wanted.match))
    head = reader.head()
    after = (reader.first_since(wanted.since) or head + 1) - 1
    while after < head:
        last = min(after + _WINDOW, head)
        for record in reader.heads(after, last, since=wanted.since, before=wanted.before):
            if matches(record.event) is not None:
                yield _whole(reader, record) if needs_json else record
        after = last
        step(after, head)


def _found(reader: Reader, event_id: str) -> Record:
    found = reader.find(event_id)
    if found is None:
        raise UnknownEventError(f"no event {event_id} in the journal")
    return found


def _whole(reader: Reader, record: Record) -> Record:
    (found,) = reader.read(record.seq - 1, limit=1, max_bytes=0)
    return found
