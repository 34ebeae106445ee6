"""A route, and what it decides about one event: is it wanted, and under which Kafka key.

A route names attributes of the event, short names for places in its data, or dotted paths into its
JSON (`data.job.queue_id`). Each name of `match` has one glob or several, of which one must match,
case and all; all names must match. The JSON is parsed only for what the journal does not keep
beside it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from operator import attrgetter
from typing import Any

import orjson

from gateway.core.errors import GatewayError
from gateway.core.model import Event

ATTRIBUTES = ("id", "type", "source", "subject", "tag", "outcome")
PLACES = {name: f"data.{name}" for name in ("provider", "event_name", "bucket", "region")}

_PATH = re.compile(r"[^.]+(\.[^.]+)+")
_TOPIC = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}")


class InvalidRouteError(GatewayError, ValueError):
    """A route that could never work; the message says which part of it."""


@dataclass(frozen=True, slots=True)
class Route:
    """A reader of the journal that publishes to one topic. Raises InvalidRouteError."""

    name: str
    topic: str
    match: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """Name → glob or globs; every event when empty."""
    key: str = "subject"
    """Name of the Kafka key; an event that lacks it gets its subject as its key."""

    def __post_init__(self) -> None:
        """Finds the mistakes that would otherwise show as events that never come."""
        if not _TOPIC.fullmatch(self.topic):
            raise InvalidRouteError(f"{self.topic!r} is not the name of a topic")
        for name in (self.key, *self.match):
            if name not in ATTRIBUTES and not _PATH.fullmatch(PLACES.get(name, name)):
                raise InvalidRouteError(f"{name!r} is neither an attribute nor a dotted path")
        for name, globs in self.match.items():
            if not globs:
                raise InvalidRouteError(f"{name!r} has no glob")


Selection = Callable[[Event], str | None]
"""An event → its Kafka key on the route, or None when the route does not want it."""


def selection(route: Route) -> Selection:
    """The route's decision as one function."""
    globs = {name: _accepts(globs) for name, globs in route.match.items()}
    attributes = [(attrgetter(name), globs[name]) for name in globs if name in ATTRIBUTES]
    places = [(_place(name), globs[name]) for name in globs if name not in ATTRIBUTES]
    has_own_key = route.key in ATTRIBUTES
    key = attrgetter(route.key if has_own_key else "subject")

    def by_attributes(event: Event) -> str | None:
        for value, accepts in attributes:
            if not accepts(value(event)):
                return None
        found: str = key(event) or event.subject
        return found

    if has_own_key and not places:
        return by_attributes
    key_place = _place("id" if has_own_key else route.key)

    def by_document(event: Event) -> str | None:
        found = by_attributes(event)
        if found is None:
            return None
        document = orjson.loads(event.json)
        if not all(accepts(value(document)) for value, accepts in places):
            return None
        return found if has_own_key else key_place(document) or found

    return by_document


def _accepts(globs: str | Sequence[str]) -> Callable[[str], object]:
    several = (globs,) if isinstance(globs, str) else globs
    return re.compile("|".join(map(translate, several))).match


def _place(name: str) -> Callable[[dict[str, Any]], str]:
    """Text at a dotted path: a number or boolean as JSON spells it, empty for anything else."""
    path = PLACES.get(name, name).split(".")

    def text(document: dict[str, Any]) -> str:
        value: Any = document
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, str):
            return value
        return orjson.dumps(value).decode() if isinstance(value, int | float) else ""

    return text
