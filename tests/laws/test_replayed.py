"""A message is repeated: what makes no second event, by which schemes, also after a restart."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from msgspec import structs

from gateway.core.errors import Reason
from gateway.core.model import Callback, Document, Receipt
from gateway.core.pipeline import Source, process
from gateway.journal import Reader, Writer
from tests.laws.checks import SIGNERS
from tests.laws.signers import Signer
from tests.laws.spoilt import UNSIGNED
from tests.sources import source_of

every_signer = pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.name)
NAMED: Final = {"standard_webhooks-v1", "standard_webhooks-v1a", "hmac-rich"}
"""The signers whose scheme signs an id of the message."""
each_named = pytest.mark.parametrize(
    "signer",
    [signer for signer in SIGNERS if signer.name in NAMED],
    ids=lambda signer: signer.name,
)
IDS: Final = (
    *((b"X-GitHub-Delivery", b"72d3162e"), (b"X-Request-Id", b"r1"), (b"Idempotency-Key", b"k1")),
    *((b"webhook-id", b"msg_1"), (b"ce-id", b"e1"), (b"X-Slack-Retry-Num", b"1")),
)
"""Headers with an id, as some senders have them; none of these signers signs them all."""
BODY: Final = b'{"order": 1}'


def source(signer: Signer) -> Source:
    """One of CloudEvents, whose events depend on headers that nobody signs."""
    check = signer.make(signer.secrets)
    return replace(source_of("cloudevents"), envelope=[check], url_secrets=())


def sent(signer: Signer, *, type_: str, position: int = 0, seconds: int = 0) -> Callback:
    """One event in binary mode, signed, and its type written into the headers by anybody."""
    event = {"specversion": "1.0", "id": "e1", "source": "https://x.org", "type": type_}
    headers = tuple((f"ce-{name}".encode(), value.encode()) for name, value in event.items())
    kind = (b"Content-Type", b"application/json")
    made = structs.replace(UNSIGNED, body=BODY, time=UNSIGNED.time + seconds)
    signed = signer.sign(made, position)
    return structs.replace(signed, headers=(kind, *signed.headers, *headers))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal that does not exist yet."""
    return tmp_path / "journal.db"


def received(path: Path, source: Source, callbacks: Sequence[Callback]) -> Iterator[Receipt]:
    """What a gateway says of each; it is started anew for each."""
    for callback in callbacks:
        with Writer(path, max_size=1 << 30) as writer:
            yield from writer.append([process(callback, source).entry])


def types(path: Path) -> list[str]:
    """Of the events there are."""
    with Reader(path) as reader:
        documents: list[Document] = [json.loads(each.event.json) for each in reader.newest(10)]
    return [document["type"] for document in documents]


@each_named
def test_a_signed_message_under_other_headers_is_no_second_event(
    signer: Signer, path: Path
) -> None:
    """Whoever has read it on its way can send it again, for as long as its time is near."""
    callbacks = [sent(signer, type_=type_) for type_ in ("order.paid", "order.paid", "order.lost")]
    first, again, forged = received(path, source(signer), callbacks)
    assert (first, again) == (Receipt(duplicate=False), Receipt(duplicate=True))
    assert forged.quarantine is not None
    assert forged.quarantine.reason is Reason.REPLAYED
    assert types(path) == ["order.paid"]


@each_named
def test_a_sender_that_tries_again_signs_anew_and_is_a_duplicate(
    signer: Signer, path: Path
) -> None:
    """Under the same id, at a later time, and with the secret it has moved to."""
    later = [(0, 0), (3600, 0), (86_400, 1)]
    callbacks = [
        sent(signer, type_="order.paid", position=position, seconds=seconds)
        for seconds, position in later
    ]
    receipts = list(received(path, source(signer), callbacks))
    assert [receipt.duplicate for receipt in receipts] == [False, True, True]
    assert types(path) == ["order.paid"]


@every_signer
def test_only_what_is_signed_is_a_messages_id(signer: Signer) -> None:
    """A header that anybody can change says nothing about the message."""
    check, signed = signer.make(signer.secrets), signer.sign(UNSIGNED, 0)
    there = {name.lower() for name, _ in signed.headers}
    added = [pair for pair in IDS if pair[0].lower() not in there]
    proof = check(structs.replace(signed, headers=(*signed.headers, *added)))
    assert bool(proof.message_id) == (signer.name in NAMED)
    assert proof == check(signed)
