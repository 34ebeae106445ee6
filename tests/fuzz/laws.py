"""What must hold after a run, whatever was sent: a sentence for each law that is broken."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Final

from gateway.journal import Reader
from tests.broker.waiting import until
from tests.e2e.gateway import TOKEN, Gateway
from tests.fuzz.inputs import made
from tests.fuzz.tally import Tally

GROWTH_MIB: Final = ((100_000, 20.0), (20_000, 64.0))
"""Inputs from which on → how much larger a receiver may be in the last tenth of them than in the
second.

Python and malloc keep what the largest callbacks have once needed. After 2,000 inputs two of the
largest have not come at the same time yet, which takes some 35 MiB more; after 10,000 they have.
What grows then is a leak: 20 MiB are 130 bytes for each of 160,000 inputs.
"""


def broken(
    gateway: Gateway, receiver: int, seed: int, *, tally: Tally, growth_mib: float
) -> Iterator[str]:
    """Judge a gateway that has nothing more to do, and stop it for that."""
    if gateway.children("receiver") != [receiver]:
        yield "the receiver is not the one of the beginning"
        return
    yield from _counts(gateway, tally)
    if (code := gateway.stop()) != 0:
        yield f"the gateway ended with exit code {code}"
    yield from _journal(gateway, tally)
    yield from _valid(gateway, seed, tally)
    yield from _log(gateway)
    for inputs, most in GROWTH_MIB:
        if tally.done >= inputs and growth_mib > most:
            yield f"the receiver grew by {growth_mib:.1f} MiB"
            break


def _counts(gateway: Gateway, tally: Tally) -> Iterator[str]:
    """Received = sum of results: each answer was counted once, as what it was."""
    answered = tally.by_result()
    try:
        until(lambda: _counted(gateway) == answered, within=2)
    except TimeoutError:
        yield f"the metrics count {dict(_counted(gateway))}, the answers were {dict(answered)}"


def _counted(gateway: Gateway) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (name, labels), value in gateway.metrics().items():
        if name == "gateway_callbacks_total" and value:
            counts[dict(labels)["result"]] += int(value)
    return counts


def _journal(gateway: Gateway, tally: Tally) -> Iterator[str]:
    """Exactly what the senders were told is kept."""
    with closing(sqlite3.connect(f"file:{gateway.journal}?mode=ro", uri=True)) as db:
        for table, told in (("events", tally.events), ("quarantine", tally.quarantined)):
            kept = {name for (name,) in db.execute(f"SELECT id FROM {table}")}
            if kept != told:
                lost, unasked = len(told - kept), len(kept - told)
                yield f"{table}: {lost} ids that were told are not kept, {unasked} were not told"


def _valid(gateway: Gateway, seed: int, tally: Tally) -> Iterator[str]:
    """The events of valid callbacks are of their jobs, and their raw bytes are what was sent."""
    with Reader(gateway.journal) as journal:
        for index, ids in tally.valid.items():
            one = made(seed, index)
            for name, subject in zip(ids, one.subjects, strict=True):
                record = journal.find(name)
                if record is None or record.event.subject != subject:
                    yield f"the event of the valid callback {index} is not kept"
                elif not one.request.endswith(b"\r\n\r\n" + journal.raw(record.seq).body):
                    yield f"the raw bytes of the valid callback {index} are not what was sent"


def _log(gateway: Gateway) -> Iterator[str]:
    """Nothing but information, and never the secret."""
    with gateway.log.open(encoding="utf-8") as lines:
        for line in lines:
            if TOKEN in line:
                yield "the log tells the secret"
            if json.loads(line)["level"] != "info":
                yield f"the log says {line[:2000]}"
