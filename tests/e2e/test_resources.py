"""What a running gateway uses."""

from tests.e2e.gateway import Gateway, resident_mib
from tests.e2e.load import flood

GROWTH_MIB = 16


async def test_a_receiver_does_not_grow_with_its_callbacks(gateway: Gateway) -> None:
    """After the first thousand, three thousand more leave nothing behind."""
    receiver = gateway.child("receiver")
    await flood(gateway.url, 1000)
    before = resident_mib(receiver)
    await flood(gateway.url, 3000)
    assert gateway.child("receiver") == receiver
    assert resident_mib(receiver) - before < GROWTH_MIB
    assert gateway.metric("gateway_journal_events") == 4000
