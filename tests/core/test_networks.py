"""Addresses and networks: what is within, whatever the spelling."""

from ipaddress import ip_network

import pytest

from gateway.core.networks import within

LISTED = within([ip_network(text) for text in ("10.0.0.0/8", "192.0.2.7", "2001:db8::/32")])


@pytest.mark.parametrize(
    "text",
    ["10.1.2.3", "192.0.2.7", "2001:db8::1", "2001:DB8:0:0::1", "::ffff:10.0.0.1", "::ffff:a00:1"],
)
def test_an_address_is_within_however_it_is_written(text: str) -> None:
    """An IPv4 address that IPv6 has mapped is the IPv4 address."""
    assert LISTED(text)


@pytest.mark.parametrize(
    "text",
    [
        *("11.0.0.0", "192.0.2.8", "2001:db9::1", "::ffff:11.0.0.1", "::10.0.0.1"),
        *("", " 10.0.0.1", "10.0.0.1 ", "10.0.0.1:80", "[2001:db8::1]", "10.0.0.01", "10.0.0"),
        *(
            "10.0.0.0/8",
            "localhost",
            "unknown",
            "١٠.٠.٠.١",
            "10.0.0.1\n",
            "0x0a000001",
            "167772161",
        ),
    ],
)
def test_anything_else_is_not(text: str) -> None:
    """Junk is within nothing, and raises nothing."""
    assert not LISTED(text)


def test_nothing_is_within_no_networks() -> None:
    assert not within([])("10.0.0.1")
