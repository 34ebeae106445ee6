"""The time it is, as the journal writes it."""

from datetime import UTC, datetime

from gateway.core.moments import utc


def now() -> str:
    """RFC 3339, UTC, microseconds, `Z`."""
    return utc(datetime.now(UTC))
