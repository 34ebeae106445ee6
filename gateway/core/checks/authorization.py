"""The header `Authorization` → its credentials in one scheme, or `Refused`."""

from gateway.core.checks.presented import only_header
from gateway.core.errors import Refused
from gateway.core.model import Callback


def credentials(callback: Callback, scheme: bytes, *, check: str) -> bytes:
    """What stands behind `scheme` (lower case; RFC 9110 11.1: in any case of letters)."""
    given, _, rest = only_header(callback, b"authorization", check=check).partition(b" ")
    if given.lower() != scheme:
        raise Refused(check, f"the header authorization is not of the scheme {scheme.decode()}")
    return rest.strip(b" ")
