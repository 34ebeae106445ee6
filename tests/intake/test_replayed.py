"""What only the journal can tell: a message that stood for other events before."""

from gateway.core.errors import Reason
from gateway.core.model import Quarantine
from tests.intake.port import Port, Seen, callback, post

WHY = Quarantine("0" * 32, Reason.REPLAYED, "the message m stood for other events before")


async def test_what_the_journal_holds_back_is_answered_as_quarantined(port: Port) -> None:
    """200: it is kept, and repeating it would not help; log and metrics are told the same."""
    port.journal.held = WHY
    reply = await port.ask(post(callback()))
    told = {"status": "quarantined", "quarantine": WHY.id, "reason": "replayed"}
    assert (reply.status, reply.document) == (200, told)
    assert port.seen == [Seen("media", "quarantined", "replayed", 200)]
    (made,) = port.recorder.made
    assert made is not None
    assert (made.entry.events, made.entry.quarantine) == ((), WHY)
