"""How often a source is called, how often a peer fails the checks → whether one more is looked at.

Token buckets that are told the time. What no check has let in takes nothing from a source's:
whoever does not know the secret cannot use up what its senders have. A peer that fails too often is
answered before its checks run, unless it has passed them itself within the hour, as others may
share its address; and not at an address that no Internet routes to this machine, for that is often
a proxy's which no configuration names, behind which everybody would be punished for one.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_network
from math import ceil
from typing import Final, NamedTuple, TypeVar

from gateway.core.errors import GatewayError, Refused, forget_frames
from gateway.core.model import Callback
from gateway.core.networks import address, within
from gateway.core.origin import verify
from gateway.core.pipeline import Receipted, Source, process_all
from gateway.intake.errors import RateLimited

MOST_PEERS: Final = 4096
"""Of each kind; the one that was not heard of for the longest is forgotten."""
TRUSTED_SECONDS: Final = 3600.0
_FRESH_SECONDS: Final = 60.0
"""For so long it is not noted again that a peer has passed."""
_is_near = within(
    [
        ip_network(text)
        for text in (
            *("127.0.0.0/8", "::1/128"),  # loopback
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),  # private
            *("169.254.0.0/16", "fe80::/10"),  # link-local
            "100.64.0.0/10",  # shared, behind a carrier's NAT: also the nodes of some clouds
        )
    ]
)
"""Not `is_global`, which is false also of networks of examples, from where one may well come."""
_Kept = TypeVar("_Kept")


class Rate(NamedTuple):
    """So many a second in the long run, and at most `burst` at once."""

    per_second: float
    burst: float


class Bucket:
    """One token bucket, full at first; `now` in seconds, and no clock that is set breaks it."""

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate, self._tokens, self._at = rate, rate.burst, now

    def wait(self, now: float) -> float:
        """Seconds until there is a token; 0 while there is one."""
        gained = max(0.0, now - self._at) * self._rate.per_second
        self._tokens, self._at = min(self._rate.burst, self._tokens + gained), now
        return max(0.0, 1.0 - self._tokens) / self._rate.per_second

    def take(self) -> None:
        """One token less; not below none."""
        self._tokens = max(0.0, self._tokens - 1.0)

    def give(self) -> None:
        """That one back."""
        self._tokens = min(self._rate.burst, self._tokens + 1.0)


class Peers:
    """Who has failed the checks lately, and who has passed them; bounded, whoever comes."""

    def __init__(self, rate: Rate, most: int = MOST_PEERS) -> None:
        self._rate = rate
        self._most = most
        self._failing: dict[str, Bucket] = {}
        self._trusted: dict[str, float] = {}

    def wait(self, peer: str, now: float) -> float:
        """Seconds until the peer may try again; 0 for one that may now."""
        if not self._failing:
            return 0.0
        name = network(peer)
        bucket = self._failing.get(name)
        return 0.0 if bucket is None or self.trusts(peer, now) else bucket.wait(now)

    def trusts(self, peer: str, now: float) -> bool:
        """Whether the peer has passed within the hour, or is none that is counted."""
        name = network(peer)
        return not name or 0 <= now - self._trusted.get(name, -TRUSTED_SECONDS) < TRUSTED_SECONDS

    def failed(self, peer: str, now: float) -> None:
        """A check has refused the peer."""
        name = network(peer)
        if name:
            bucket = self._failing.pop(name, None) or Bucket(self._rate, now)
            bucket.wait(now)
            bucket.take()
            _remember(self._failing, name, bucket, self._most)

    def passed(self, peer: str, now: float) -> None:
        """All checks have let the peer in."""
        name = network(peer)
        if name and not 0 <= now - self._trusted.get(name, -_FRESH_SECONDS) < _FRESH_SECONDS:
            self._trusted.pop(name, None)
            _remember(self._trusted, name, now, self._most)


def _remember(among: dict[str, _Kept], name: str, value: _Kept, most: int) -> None:
    among[name] = value
    if len(among) > most:
        del among[next(iter(among))]


@lru_cache(maxsize=MOST_PEERS)
def network(peer: str) -> str:
    """Who counts as one peer: an IPv4 address, or 64 bits of IPv6; empty for who is not counted."""
    try:
        found = address(peer)
    except ValueError:
        return ""
    if _is_near(str(found)):
        return ""
    return found.packed[:8].hex() if isinstance(found, IPv6Address) else str(found)


class Throttle:
    """`process_all`, for as many callbacks as the limits allow."""

    def __init__(
        self, rates: Mapping[str, Rate], failures: Rate | None, *, now: float = 0.0
    ) -> None:
        """`rates`: of the sources that have one; `failures`: of each peer, None without a limit."""
        self._buckets = {name: Bucket(rate, now) for name, rate in rates.items()}
        self._peers = None if failures is None else Peers(failures)

    def __call__(self, callbacks: Sequence[tuple[Callback, Source]]) -> list[Receipted | Exception]:
        """What the pipeline makes of each, or what it raises, or `RateLimited`.

        In rounds, where what becomes of one decides whether another is looked at.
        """
        found: dict[int, Receipted | Exception] = {}
        left = list(range(len(callbacks)))
        while left:
            let_in, left = self._let_in(callbacks, left, found)
            made = process_all([callbacks[index] for index in let_in])
            for index, one in zip(let_in, made, strict=True):
                self._learn(callbacks[index][0], one)
                found[index] = one
        return [found[index] for index in range(len(callbacks))]

    def _let_in(
        self,
        callbacks: Sequence[tuple[Callback, Source]],
        among: Sequence[int],
        found: dict[int, Receipted | Exception],
    ) -> tuple[list[int], list[int]]:
        """Who is looked at now, and who in the next round; who is not at all is `found`.

        Of a peer that has not passed lately one at a time. A token is taken of its source's before
        it is known whether the content is good, and from nobody a check on the envelope has not let
        in: who finds none may have one when those before have given theirs back.
        """
        let_in: list[int] = []
        later: list[int] = []
        strangers: set[str] = set()
        reserved: set[str] = set()
        for index in among:
            callback, source = callbacks[index]
            now, bucket = callback.time, self._buckets.get(callback.source)
            if self._peers is not None and not self._peers.trusts(callback.peer, now):
                if callback.peer in strangers:
                    later.append(index)
                    continue
                strangers.add(callback.peer)
                if seconds := self._peers.wait(callback.peer, now):
                    found[index] = RateLimited(ceil(seconds))
                    continue
            if bucket is not None:
                refused = _refused(callback, source)
                seconds = bucket.wait(now)
                if refused is not None:
                    self._judge(callback, refused)
                    found[index] = refused
                    continue
                if seconds and callback.source in reserved:
                    later.append(index)
                    continue
                if seconds:
                    found[index] = RateLimited(ceil(seconds))
                    continue
                bucket.take()
                reserved.add(callback.source)
            let_in.append(index)
        return let_in, later

    def _learn(self, callback: Callback, made: Receipted | Exception) -> None:
        bucket = self._buckets.get(callback.source)
        if bucket is not None and isinstance(made, Exception):
            bucket.give()
        self._judge(callback, made)

    def _judge(self, callback: Callback, made: Receipted | Exception) -> None:
        if self._peers is None:
            return
        if isinstance(made, Refused):
            self._peers.failed(callback.peer, callback.time)
        elif isinstance(made, Receipted):
            self._peers.passed(callback.peer, callback.time)


def _refused(callback: Callback, source: Source) -> Exception | None:
    """What a check on the envelope says, which is told also where the source is beyond its rate."""
    try:
        verify(callback, source.envelope)
    except GatewayError as error:
        forget_frames(error)
        return error
    except Exception as error:  # noqa: BLE001 - one's bug is no other's
        return error
    return None
