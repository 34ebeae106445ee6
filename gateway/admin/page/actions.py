"""The forms of the page → what the desk does, and where the browser goes then.

Each blocks, and runs in a thread.
"""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from gateway.admin.ports import Desk
from gateway.admin.queries import is_number, target, zoned

Fields = Mapping[str, str]
Action = Callable[[Desk, str, Fields], str]
"""What is named in the path, and the form's fields → a path of the page."""


def retry(desk: Desk, quarantine_id: str, _: Fields) -> str:
    """To the event that it has become, or to why it has not."""
    retried = desk.retry(quarantine_id)
    word = retried["ending"].replace(" ", "-")
    events = retried.get("events", [])
    path = f"events/{events[0]}" if events else f"quarantine/{quote(quarantine_id, safe='')}"
    return f"{path}?told={word}"


def discard(desk: Desk, quarantine_id: str, _: Fields) -> str:
    """To the list."""
    desk.discard(quarantine_id)
    return "quarantine?told=discarded"


def replay(desk: Desk, event_id: str, fields: Fields) -> str:
    """To the event."""
    desk.replay(event_id, fields.get("route", ""))
    return f"events/{quote(event_id, safe='')}?told=replaying"


def rewind(desk: Desk, route: str, fields: Fields) -> str:
    """To the routes."""
    to = fields.get("to", "").strip()
    desk.rewind(route, target(to if is_number(to) else zoned(to)))
    return "routes?told=rewound"


def cancel(desk: Desk, replay_id: str, _: Fields) -> str:
    """To the routes."""
    desk.cancel(replay_id)
    return "routes?told=canceled"


ACTIONS: Final[Mapping[str, Action]] = {
    "/quarantine/{name}/retry": retry,
    "/quarantine/{name}/discard": discard,
    "/events/{name}/replay": replay,
    "/routes/{name}/rewind": rewind,
    "/replays/{name}/cancel": cancel,
}
"""By their path."""
