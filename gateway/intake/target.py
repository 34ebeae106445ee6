"""The target of a request → whose callback it is, and with which token.

`/callbacks/{source}[/{token}]`; the token may also stand in `?token=`.
"""

from urllib.parse import unquote_to_bytes

from aiohttp import web

from gateway.core.errors import Reason
from gateway.intake.answer import RequestError


def route(request: web.BaseRequest) -> tuple[str, bytes | None]:
    """Source and token of the URL. Only path and query count, never the host of the target."""
    url = request.rel_url
    parts = url.raw_path.split("/")
    if len(parts) not in (3, 4) or parts[1] != "callbacks":
        raise RequestError(404, Reason.NOT_FOUND)
    if parts[3:] not in ([], [""]):
        return parts[2], unquote_to_bytes(parts[3])
    return parts[2], query_token(url.raw_query_string) if url.raw_query_string else None


def query_token(query: str) -> bytes | None:
    """The one `token` of a query, as bytes: a plus sign is a plus sign in a secret."""
    pairs = [pair.partition("=") for pair in query.split("&")]
    tokens = [value for name, _, value in pairs if unquote_to_bytes(name) == b"token"]
    return unquote_to_bytes(tokens[0]) if len(tokens) == 1 else None
