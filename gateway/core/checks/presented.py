"""What a callback presents → the bytes to compare, or `Refused`: one header is one value, so that
nobody can send two and have each reader take another.
"""

from gateway.core.errors import Refused
from gateway.core.model import Callback


def only_header(callback: Callback, name: bytes, *, check: str) -> bytes:
    """The value of the one header `name` (lower case). Refused: missing, empty or repeated."""
    values = [value for header, value in callback.headers if header.lower() == name]
    if len(values) != 1 or not values[0]:
        shown = name.decode("latin-1")
        raise Refused(check, f"the header {shown} must stand there once")
    return values[0]
