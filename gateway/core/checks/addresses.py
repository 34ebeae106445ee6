"""The check `addresses`: the client's address is a listed one.

It is the address that intake found: that of the connection, or the one a trusted proxy tells.
"""

from collections.abc import Sequence

from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.networks import Network, within
from gateway.core.origin import EnvelopeCheck


def addresses_check(networks: Sequence[Network]) -> EnvelopeCheck:
    """The client's address is within one of `networks`."""
    is_listed = within(networks)

    def check(callback: Callback) -> Proof:
        if not is_listed(callback.peer):
            raise Refused("addresses", "the client's address is not listed")
        return Proof("addresses", "address")

    return check
