"""A time on the command line → how the journal writes it: RFC 3339, UTC, microseconds."""

from datetime import UTC, datetime, timedelta

import click

from gateway.core.moments import utc
from gateway.settings.values import seconds


def moment(text: str) -> str:
    """Of RFC 3339 with its offset, or of an age: so long before now. A type for click's options."""
    try:
        found = _parsed(text)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(
            f"{text!r} is neither a time such as 2026-01-31T08:00:00Z nor an age such as 12h or 7d"
        ) from error
    return utc(found)


def _parsed(text: str) -> datetime:
    if text[-1:].isalpha() and text[-1:] not in "Zz":
        return datetime.now(UTC) - timedelta(seconds=seconds(text))
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("its offset from UTC is missing")
    return found
