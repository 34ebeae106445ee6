"""The time it is, as the journal writes it."""

from datetime import UTC, datetime
from functools import lru_cache
from time import time_ns


def now() -> str:
    """RFC 3339, UTC, microseconds, `Z`."""
    seconds, rest = divmod(time_ns(), 1_000_000_000)
    return f"{_second(seconds)}.{str(rest + 1_000_000_000)[1:7]}Z"


@lru_cache(maxsize=2)
def _second(unix: int) -> str:
    """Asked for by every callback of it."""
    return datetime.fromtimestamp(unix, UTC).isoformat()[:-6]
