"""Every answer of a receiver → its metrics, and its line in the log."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from time import time
from typing import Final

from gateway.clock import now
from gateway.core.errors import Reason
from gateway.core.pipeline import Receipted
from gateway.intake.answer import Answer, Result
from gateway.observe import metrics
from gateway.observe.lines import LONGEST, Fields, Lines
from gateway.observe.tally import Tally

_MOST_IDS: Final = 20
"""Of one line: a callback may have thousands of events."""
_GATHER_SECONDS: Final = 1.0
_DURABLE: Final = {Result.ACCEPTED, Result.DUPLICATE, Result.QUARANTINED}


class Observed:
    """Tells metrics and log of every answer, once."""

    def __init__(self, lines: Lines, tags: Mapping[str, str]) -> None:
        self._lines = lines
        self._tally = Tally()
        self._tags = tags
        self._turned_away: Counter[str] = Counter()

    def answered(
        self, source: str, answer: Answer, *, seconds: float, made: Receipted | None, peer: str
    ) -> None:
        """Count the answer and write its line."""
        self._tally.add(metrics.callbacks(source, answer.result, answer.reason))
        if answer.reason == Reason.OVERLOADED:
            self._turn_away(source)
            return
        self._tally.observe(metrics.callback_seconds(source), seconds)
        if made is not None:
            self._count(source, answer, made)
        line = _line(source, answer, seconds, made)
        line["peer"] = peer
        self._lines.add(line)

    def _turn_away(self, source: str) -> None:
        """A line for each would cost as much as the refusal: those of a second have one."""
        if not self._turned_away:
            asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._tell_turned_away)
        self._turned_away[source] += 1

    def _tell_turned_away(self) -> None:
        turned_away, self._turned_away = self._turned_away, Counter()
        for source, count in turned_away.items():
            told: Fields = {"time": now(), "level": "warning", "msg": "refused"}
            told |= {"source": source, "result": Result.BUSY, "reason": Reason.OVERLOADED}
            self._lines.add(told | {"count": count})

    def _count(self, source: str, answer: Answer, made: Receipted) -> None:
        for proof in made.proofs:
            self._tally.add(metrics.verified(source, proof.check, proof.secret))
        if answer.result is Result.ACCEPTED:
            for draft in made.drafts:
                if draft.unknown:
                    metrics.unknown_fields(source, draft.tag, draft.unknown, known=self._tags)
        if answer.result in _DURABLE:
            self._tally.latest(metrics.last_callback(source), time())


def _line(source: str, answer: Answer, seconds: float, made: Receipted | None) -> Fields:
    fields: Fields = {
        "time": made.entry.received_at if made is not None else now(),
        "level": "info",
        "msg": "callback",
        "source": source,
        "result": answer.result,
        "status": answer.status,
        "ms": round(seconds * 1000, 2),
    }
    if answer.reason:
        fields["reason"] = answer.reason
    if made is None:
        return fields
    entry = made.entry
    fields["bytes"] = len(entry.body)
    fields["verifiedby"] = entry.verified_by
    if entry.quarantine is not None:
        fields["quarantine"] = entry.quarantine.id
        fields["detail"] = entry.quarantine.detail
    if entry.events:
        first = entry.events[0]
        fields["events"] = [event.id for event in entry.events[:_MOST_IDS]]
        if len(entry.events) > _MOST_IDS:
            fields["count"] = len(entry.events)
        fields |= {"type": first.type[:LONGEST], "subject": first.subject[:LONGEST]}
        fields["outcome"] = first.outcome
        if first.tag:
            fields["tag"] = first.tag[:LONGEST]
    return fields
