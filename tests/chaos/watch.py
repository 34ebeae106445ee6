"""The gateway's own figures, looked at several times a second by one thread for all who wait."""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from time import monotonic
from types import TracebackType
from typing import Final, Self

from tests.broker.waiting import until
from tests.e2e.gateway import Gateway

_LOOK_SECONDS: Final = 0.2
_SAMPLE: Final = re.compile(
    r"^(gateway_journal_events|gateway_route_lag_events|gateway_route_blocked|gateway_kafka_up)"
    r"(?:\{[^}]*\})? (\S+)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the gateway said at a moment of `time.monotonic`; there is one route."""

    at: float
    events: int
    """In the journal."""
    published: int
    is_blocked: bool
    """The route waits, or all of Kafka does not answer."""


class Watch:
    """Looks inside its `with` block."""

    def __init__(self, gateway: Gateway) -> None:
        self.seen: Seen | None = None
        """The newest; that of before while nobody answers."""
        self._gateway = gateway
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join(30)

    def until(self, fact: Callable[[Seen], object], *, since: float, within: float) -> Seen:
        """The first that was seen after `since` of which `fact` holds."""
        found: list[Seen] = []

        def holds() -> bool:
            seen = self.seen
            if seen is not None and seen.at > since and fact(seen):
                found.append(seen)
            return bool(found) or self._is_over.wait(_LOOK_SECONDS / 2)

        until(holds, within=within)
        return found[0]

    def _run(self) -> None:
        while not self._is_over.wait(_LOOK_SECONDS):
            with suppress(OSError, HTTPException, KeyError):
                self.seen = self._look()

    def _look(self) -> Seen:
        at = monotonic()
        samples = {name: float(value) for name, value in _SAMPLE.findall(self._metrics())}
        events = int(samples["gateway_journal_events"])
        return Seen(
            at,
            events,
            events - int(samples["gateway_route_lag_events"]),
            is_blocked=bool(samples["gateway_route_blocked"]) or not samples["gateway_kafka_up"],
        )

    def _metrics(self) -> str:
        return self._gateway.ask("/metrics").body.decode()
