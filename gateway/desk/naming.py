"""What a replay or a rewind is called, in its mark on events and in commands."""

import secrets
from datetime import UTC, datetime


def new_id() -> str:
    """When, and four digits by chance."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
