"""The stage between pipeline and journal: events are kept once CI has confirmed them.

Confirmed: kept, and `verifiedby` says so. Refuted: refused like by any check. Neither: the callback
stays in quarantine, unless CI gave no answer and the source accepts that; then `verifiedby` says
that nobody has confirmed it. What was confirmed is remembered by the event's id, which is a hash of
its content: anything else said of the same job is asked about again.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import orjson
from msgspec import structs

from gateway.confirm.answer import (
    CONFIRMED,
    Judgement,
    Reading,
    Reply,
    Unanswered,
    Verdict,
    judge,
)
from gateway.confirm.query import NAME, Places, Question, questions
from gateway.core.errors import Refused
from gateway.core.model import Entry, Event, Proof
from gateway.core.pipeline import Receipted
from gateway.core.provider import Draft

_PROVED: Final = Proof(NAME, "confirmed")
_NOT_PROVED: Final = Proof("unconfirmed", "unconfirmed")
_MOST: Final = 20
"""Questions that one callback may cost: it has as many jobs as its sender likes."""
_CROWD: Final = 500
"""Callbacks that may wait for an answer: each holds its body."""
_log = logging.getLogger(__name__)


class Unavailable(StrEnum):
    """What becomes of a callback while CI gives no answer."""

    HOLD = "hold"
    ACCEPT = "accept"


class Ask(Protocol):
    """Asks CI, as many at a time as it allows."""

    async def __call__(self, question: Question) -> Reply:
        """The reply. Raises Unanswered."""
        ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """What confirmation may cost."""

    seconds: float
    """For all questions of a callback, waiting for their turn included."""
    remembered: int
    """Events that are not asked about again."""


class Stage:
    """The confirmation of one source."""

    def __init__(
        self,
        ask: Ask,
        reading: Reading,
        *,
        places: Places,
        bounds: Bounds,
        unavailable: Unavailable,
    ) -> None:
        self._ask = ask
        self._reading = reading
        self._places = places
        self._bounds = bounds
        self._unavailable = unavailable
        self._confirmed: dict[str, None] = {}
        self._waiting = 0
        self._answered = True

    async def __call__(self, made: Receipted) -> Receipted:
        """What is to be made durable in place of `made`. Raises Refused where CI contradicts."""
        if made.held is None:
            return made
        judgement = await self._judged(made, made.held)
        self._tell(judgement)
        if judgement.verdict is Verdict.CONFIRMED:
            self._remember(made.held.events)
            return _released(made, made.held, _PROVED)
        if judgement.verdict in (Verdict.ABSENT, Verdict.REFUTED):
            raise Refused(NAME, judgement.detail)
        if (judgement.verdict, self._unavailable) == (Verdict.UNAVAILABLE, Unavailable.ACCEPT):
            return _released(made, made.held, _NOT_PROVED)
        return _explained(made, judgement.detail)

    async def _judged(self, made: Receipted, held: Entry) -> Judgement:
        """The gravest judgement of all events that are not known yet."""
        asked = [
            (draft, questions(draft, self._places))
            for event, draft in zip(held.events, made.drafts, strict=True)
            if event.id not in self._confirmed
        ]
        if not asked:
            return CONFIRMED
        if sum(len(each) for _, each in asked) > _MOST:
            return Judgement(Verdict.OPEN, f"CI is not asked more than {_MOST} questions at once")
        if self._waiting >= _CROWD:
            return Judgement(Verdict.UNAVAILABLE, "too many callbacks wait for CI")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._bounds.seconds):
                judged = await asyncio.gather(*(self._one(*each, made.proofs) for each in asked))
        except TimeoutError:
            seconds = self._bounds.seconds
            return Judgement(Verdict.UNAVAILABLE, f"CI has not answered within {seconds:g} s")
        finally:
            self._waiting -= 1
        return max(judged, key=lambda one: one.verdict)

    async def _one(
        self, draft: Draft, asked: Sequence[Question], proofs: Sequence[Proof]
    ) -> Judgement:
        """The first bucket that knows the job decides; none may, only when all have answered."""
        found = [Judgement(Verdict.OPEN, "CI cannot be asked about it")] if not asked else []
        for question in asked:
            try:
                reply = await self._ask(question)
                found.append(judge(draft, reply, self._reading, proofs))
            except Unanswered as error:
                found.append(Judgement(Verdict.UNAVAILABLE, str(error)))
            if found[-1].verdict not in (Verdict.ABSENT, Verdict.UNAVAILABLE):
                return found[-1]
        return min(found, key=lambda one: one.verdict)

    def _tell(self, judgement: Judgement) -> None:
        """Once when CI ceases to answer, and once when it does again."""
        answered = judgement.verdict is not Verdict.UNAVAILABLE
        if answered != self._answered:
            self._answered = answered
            if answered:
                _log.info("confirm: CI answers again")
            else:
                _log.warning("confirm: %s: %s", self._unavailable, judgement.detail)
        if judgement.verdict in (Verdict.ABSENT, Verdict.REFUTED):
            _log.warning("confirm: a callback is refused: %s", judgement.detail)

    def _remember(self, events: Iterable[Event]) -> None:
        for event in events:
            self._confirmed[event.id] = None
        while len(self._confirmed) > self._bounds.remembered:
            del self._confirmed[next(iter(self._confirmed))]


def _released(made: Receipted, held: Entry, proof: Proof) -> Receipted:
    """The entry with its events, each of which tells the proof too."""
    proofs = (*made.proofs, proof)
    proved = ",".join(each.proved for each in proofs)
    events = tuple(
        structs.replace(event, json=orjson.dumps(orjson.loads(event.json) | {"verifiedby": proved}))
        for event in held.events
    )
    return Receipted(structs.replace(held, verified_by=proved, events=events), proofs, made.drafts)


def _explained(made: Receipted, detail: str) -> Receipted:
    """The entry as it is, in quarantine, with the reason."""
    quarantine = made.entry.quarantine
    assert quarantine is not None
    return structs.replace(
        made,
        entry=structs.replace(made.entry, quarantine=structs.replace(quarantine, detail=detail)),
    )
