"""The target of a request → whose callback it is, and with which token.

`/callbacks/{source}[/{token}]`; the token may also stand in `?token=`.
"""

from urllib.parse import unquote_to_bytes

from gateway.core.errors import Reason
from gateway.intake.errors import RequestError


def route(path: str, query: str) -> tuple[str, bytes | None]:
    """Source and token of the URL, as it was sent. The host of the target never counts."""
    parts = path.split("/")
    if len(parts) not in (3, 4) or parts[1] != "callbacks":
        raise RequestError(404, Reason.NOT_FOUND)
    if parts[3:] not in ([], [""]):
        return parts[2], unquote_to_bytes(parts[3])
    return parts[2], query_token(query) if query else None


def query_token(query: str) -> bytes | None:
    """The one `token` of a query, as bytes: a plus sign is a plus sign in a secret."""
    pairs = [pair.partition("=") for pair in query.split("&")]
    tokens = [value for name, _, value in pairs if unquote_to_bytes(name) == b"token"]
    return unquote_to_bytes(tokens[0]) if len(tokens) == 1 else None
