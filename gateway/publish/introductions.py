"""Identities that lanes are without → asked for, each once, of the broker that the lane writes to.

Where Kafka gives none, because it is too old, the user may not have one, or it says for seconds
that it cannot, lanes write without.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kafka.errors import ClusterAuthorizationFailedError, UnsupportedVersionError, for_code
from kafka.future import Future
from kafka.protocol.producer import InitProducerIdRequest

from gateway.publish.identity import ANONYMOUS, Identity
from gateway.publish.lane import Lane

_VERSION: Final = 4
"""Of the request: later ones are for transactions, which have a timeout, too."""
_TIMEOUT_MS: Final = 60_000
_NONE_GIVEN: Final = (ClusterAuthorizationFailedError, UnsupportedVersionError)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Introduction:
    answer: Future
    identity: Identity
    lanes: list[Lane]


class Introductions:
    """`send` gives the coming answer of a broker, or an exception."""

    def __init__(self, send: Callable[[int, object], Future]) -> None:
        self._send = send
        self._asked: list[_Introduction] = []

    @property
    def has_news(self) -> bool:
        """Whether an answer has come."""
        return any(each.answer.is_done for each in self._asked)

    def ask(self, lane: Lane, node: int, now: float) -> None:
        """For the lane's identity; once for all that share it."""
        lane.await_answer(now)
        for each in self._asked:
            if each.identity is lane.identity:
                if lane not in each.lanes:
                    each.lanes.append(lane)
                return
        request = InitProducerIdRequest(
            transactional_id=None, transaction_timeout_ms=_TIMEOUT_MS, max_version=_VERSION
        )
        lane.served = now  # if there is no answer, another lane is first next time, and its broker
        self._asked.append(_Introduction(self._send(node, request), lane.identity, [lane]))

    def settle(self, now: float) -> bool:
        """Takes the answers that have come; whether all were good."""
        answered = [each for each in self._asked if each.answer.is_done]
        self._asked = [each for each in self._asked if not each.answer.is_done]
        refused = [each for each in answered if not _settle(each, now)]
        return not refused

    def abandon(self) -> None:
        """Waits for no answer any more."""
        self._asked.clear()


def _settle(asked: _Introduction, now: float) -> bool:
    identity, error, answer = asked.identity, asked.answer.exception, asked.answer.value
    if error is not None and not isinstance(error, _NONE_GIVEN):
        for lane in asked.lanes:
            lane.lose(f"no producer id: {error}", now)
        return False
    for lane in asked.lanes:
        lane.unanswered_since = None
    if error is None and answer.error_code:
        error = for_code(answer.error_code)()
    if error is None:
        identity.id, identity.epoch = answer.producer_id, answer.producer_epoch
    elif isinstance(error, _NONE_GIVEN) or any(lane.is_failing for lane in asked.lanes):
        identity.id = ANONYMOUS
        _log.warning("no producer id, so that repeats may be written twice: %s", error)
    else:
        for lane in asked.lanes:
            lane.retry(f"no producer id: {error}", now)
    return True
