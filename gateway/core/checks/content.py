"""The checks on the content: what every event of a callback says of itself is allowed.

They prove nothing of the sender, who may write what it likes: they bound what a sender that was
proved may speak of. An event that does not say is refused.
"""

from collections.abc import Iterable, Sequence

from gateway.core.errors import Refused
from gateway.core.model import Claims, Proof
from gateway.core.origin import ContentCheck


def buckets_check(buckets: Sequence[str]) -> ContentCheck:
    """Every event is of one of `buckets`, `<name>-<appid>`."""
    allowed = frozenset(buckets)
    return lambda claims: _all(claims.buckets, allowed, check="buckets", word="bucket")


def appids_check(appids: Sequence[str]) -> ContentCheck:
    """The bucket of every event belongs to one of these accounts: its name ends with `-<appid>`."""
    allowed = frozenset(appids)

    def check(claims: Claims) -> Proof:
        found = (bucket and _appid(bucket) for bucket in claims.buckets)
        return _all(found, allowed, check="appids", word="appid")

    return check


def _appid(bucket: str) -> str:
    """The end of `<name>-<appid>`; empty where there is no such end."""
    return bucket.rpartition("-")[2] if "-" in bucket else ""


def regions_check(regions: Sequence[str]) -> ContentCheck:
    """Every event is of one of `regions`, such as `ap-chongqing`."""
    allowed = frozenset(regions)
    return lambda claims: _all(claims.regions, allowed, check="regions", word="region")


def _all(claimed: Iterable[str | None], allowed: frozenset[str], *, check: str, word: str) -> Proof:
    """Every one that is claimed is allowed, and there is one."""
    found = list(claimed)
    if not found or None in found:
        raise Refused(check, f"the callback names no {word}")
    if not allowed.issuperset(found):
        raise Refused(check, f"the callback is of a {word} that is not listed")
    return Proof(check, word)
