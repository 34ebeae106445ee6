"""The callbacks that could not become events: rows of the quarantine, and which of them are asked
for."""

from typing import Any, Final, NamedTuple

from gateway.core.errors import Reason

_COLUMNS: Final = """
    quarantine.id, source, received_at, last_seen, seen, reason, detail, verified_by,
    length(body), coalesce(resolution, ''), coalesce(resolved_at, '')
"""
_FROM: Final = "FROM quarantine LEFT JOIN resolutions ON resolutions.id = quarantine.id"
_AMONG: Final = """
    WHERE (:source = '' OR source = :source) AND (:reason = '' OR reason = :reason)
      AND last_seen >= :since AND (:resolved OR resolution IS NULL)
"""

NEWEST: Final = f"SELECT {_COLUMNS} {_FROM} {_AMONG} ORDER BY seq DESC LIMIT :limit"
IDS: Final = f"""
    SELECT quarantine.id {_FROM} {_AMONG} AND (:reason != '' OR reason != 'replayed') ORDER BY seq
"""
FIND: Final = f"SELECT {_COLUMNS} {_FROM} WHERE quarantine.id = :id"
COUNT: Final = "SELECT (SELECT count(*) FROM quarantine) - (SELECT count(*) FROM resolutions)"
RAW: Final = "SELECT headers, body, verified_by FROM quarantine WHERE id = :id"
DISCARD: Final = """
    INSERT INTO resolutions (id, resolution, resolved_at)
    SELECT id, 'discarded', :at FROM quarantine WHERE id = :id
    ON CONFLICT (id) DO NOTHING
"""


class Quarantined(NamedTuple):
    """A callback that could not become events; `seen` times since `received_at`."""

    id: str
    source: str
    received_at: str
    last_seen: str
    seen: int
    reason: Reason
    detail: str
    verified_by: str
    size: int = 0
    """Bytes of its body."""
    resolution: str = ""
    """`retried` or `discarded`; empty while it is in quarantine."""
    resolved_at: str = ""


class Among(NamedTuple):
    """Which callbacks; empty is any."""

    source: str = ""
    reason: str = ""
    since: str = ""
    """When it last came, at the earliest."""
    resolved: bool = False
    """Whether also those that have left the quarantine."""


def quarantined(row: tuple[Any, ...]) -> Quarantined:
    """Of what `NEWEST` and `FIND` select."""
    quarantine_id, source, received_at, last_seen, seen, reason, *rest = row
    return Quarantined(
        quarantine_id.hex(), source, received_at, last_seen, seen, Reason(reason), *rest
    )
