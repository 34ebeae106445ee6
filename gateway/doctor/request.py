"""A saved request and a source → which of the source's checks it passes, and why others refuse it.

Each check is asked on its own, so that one that refuses hides no other.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import parse_qsl, unquote_to_bytes

from msgspec import structs

from gateway.core.contract import Contract
from gateway.core.echo import masked_text
from gateway.core.errors import Refused, Unreadable
from gateway.core.model import Callback, Claims, Proof
from gateway.core.moments import utc
from gateway.core.networks import Network
from gateway.core.origin import verify
from gateway.core.provider import Draft, claims
from gateway.doctor.finding import Finding, State, fail, ok, warn
from gateway.doctor.saved import Saved
from gateway.intake.proxies import Proxies
from gateway.intake.target import query_token
from gateway.providers import providers
from gateway.schemas import documents
from gateway.settings import Settings, Verification
from gateway.settings.checks import of_content, of_envelope

_Seen = TypeVar("_Seen", Callback, Claims)
_Named = list[tuple[str, Callable[[_Seen], Proof]]]
_PARTS: Final = 4
"""Of a path with a token: `/callbacks/<source>/<token>`."""


def received(request: Saved, source: str, *, time: float, peer: str) -> Callback:
    """The callback that the request is at `time` (Unix seconds), from the address `peer`."""
    path, _, query = request.target.decode("latin-1").partition("?")
    parts = path.split("/")
    return Callback(
        source=source,
        body=request.body,
        headers=request.headers,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        token=unquote_to_bytes(parts[3]) if len(parts) == _PARTS else query_token(query),
        peer=peer,
        received_at=utc(datetime.fromtimestamp(time, UTC)),
        time=time,
        hop=peer,
    )


def explained(callback: Callback, settings: Settings) -> Iterator[Finding]:
    """One finding for each check of the callback's source, and one for what its content becomes.

    Of a peer that is not told it is believed that it was a trusted proxy, where there are any.
    """
    try:
        callback = _seen(callback, settings.server.trusted_proxies)
    except Refused as refusal:
        yield fail("server.trusted_proxies", f"refused: {refusal}", "its sender is answered 401")
    items = settings.sources[callback.source].verify
    for index, item in enumerate(items):
        checks = [(name, one.check()) for name, one in item.named if of_envelope(one)]
        yield from _judged(index, item, checks, callback)
    try:
        yield from _content(callback, settings)
    except Unreadable as error:
        detail = masked_text(str(error), (callback.token,) if callback.token else ())
        yield warn("content", f"{error.reason}: {detail}", "it would go to quarantine")


def _seen(callback: Callback, networks: Sequence[Network]) -> Callback:
    proxies = Proxies(networks)
    if callback.hop or not networks:
        return proxies.seen(callback)
    proxy = str(networks[0].network_address)
    seen = proxies.seen(structs.replace(callback, hop=proxy))
    return structs.replace(seen, peer="") if seen.peer == proxy else seen  # it tells of no client


def _content(callback: Callback, settings: Settings) -> Iterator[Finding]:
    section = settings.sources[callback.source]
    provider = providers()[section.provider]
    document = provider.decode(verify(callback, [_assumed]))
    if provider.is_probe(document):
        yield ok("content", "a probe: it would be answered 200 and ignored")
        return
    contract = Contract(documents(section.provider))
    drafts = provider.compile(contract)(document)
    claimed = claims(drafts, callback.time)
    for index, item in enumerate(section.verify):
        checks = [(name, one.check()) for name, one in item.named if of_content(one)]
        yield from _judged(index, item, checks, claimed)
        if item.confirm is not None:
            yield warn(f"verify[{index}].confirm", "not asked", "only a running gateway asks CI")
    for draft in drafts:
        contract.check(draft.schema, draft.data)
    yield ok("content", _events(drafts))


def _assumed(_: Callback) -> Proof:
    """So that the content is looked at whatever the checks have said."""
    return Proof("doctor", "doctor")


def _events(drafts: Sequence[Draft]) -> str:
    types = ", ".join(sorted({draft.type for draft in drafts}))
    return f"{len(drafts)} event(s): {types}" if drafts else "no event: it would be kept as none"


def _judged(
    index: int, item: Verification, checks: _Named[_Seen], seen: _Seen
) -> Iterator[Finding]:
    """Each check; in a group of which another passes a refusal does no harm."""
    found = [_one(index, name, check, seen) for name, check in checks]
    is_passed = any(finding.state is State.OK for finding in found)
    for finding in found:
        if item.any is not None and is_passed and finding.state is State.FAIL:
            yield ok(finding.what, f"{finding.found}; another of its group passes")
        else:
            yield finding


def _one(index: int, name: str, check: Callable[[_Seen], Proof], seen: _Seen) -> Finding:
    what = f"verify[{index}].{name}"
    try:
        proof = check(seen)
    except Refused as refusal:
        return fail(what, f"refused: {refusal}", "its sender is answered 401")
    which = "" if proof.secret is None else f" with the secret at position {proof.secret}"
    return ok(what, f"passed{which}: {proof.proved}")
