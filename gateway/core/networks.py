"""Addresses as text → whether they are within some networks.

An IPv4 address that IPv6 has mapped (`::ffff:192.0.2.1`) is the IPv4 address.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
Within = Callable[[str], bool]
"""Whether an address is within the networks; what is no address is within none."""


def address(text: str) -> IPv4Address | IPv6Address:
    """The address in `text`, without brackets or port. Raises ValueError."""
    found = ip_address(text)
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def within(networks: Sequence[Network]) -> Within:
    """The test for `networks`; of no networks nothing is within."""
    listed = tuple(networks)

    @lru_cache(maxsize=4096)
    def is_within(text: str) -> bool:
        try:
            found = address(text)
        except ValueError:
            return False
        return any(found in network for network in listed)

    return is_within
