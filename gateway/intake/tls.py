"""TLS of the port → that of each new connection, from files that can be read anew.

What a context has once read cannot be taken back: an authority of clients stays trusted, and who
has shown a certificate of it resumes a session without showing it again. So a new context takes the
place of the old one, whose sessions nobody resumes. Connections that the old one began are known,
so that they can end with their next answer.
"""

import ssl
from typing import Self

from aiohttp.web_protocol import RequestHandler


class RenewableContext(ssl.SSLContext):
    """To listen with; every connection begins with the newest context that it was given."""

    newest: ssl.SSLContext

    def __new__(cls, newest: ssl.SSLContext) -> Self:
        """`newest` until there is a newer one."""
        made = super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)
        made.newest = newest
        return made

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - the signature of what is overridden
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """What an event loop calls for each connection."""
        return self.newest.wrap_bio(incoming, outgoing, server_side, server_hostname, session)

    def is_outdated(self, connection: RequestHandler) -> bool:
        """Whether the connection began before the newest context was there."""
        transport = connection.transport
        tls = transport.get_extra_info("ssl_object") if transport is not None else None
        return tls is not None and tls.context is not self.newest
