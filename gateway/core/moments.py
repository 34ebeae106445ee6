"""A time → how journal, events and log write it, so that texts sort as times do."""

from datetime import UTC, datetime


def utc(time: datetime) -> str:
    """RFC 3339, microseconds, `Z`."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
