"""What a provider is: one vendor's knowledge as a frozen value of functions.

`compile` takes the vendor's published schemas once at start and gives the function that turns a
document into drafts of events. A draft is an event before its identity and envelope; what checks on
the content compare is read from the drafts, so that they judge exactly what would be published.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gateway.core.contract import Contract
from gateway.core.decode import decode
from gateway.core.model import Value, Verified


class Draft(NamedTuple):
    """One event as its provider understands it."""

    kind: str
    """`job`, `workflow`, …: part of the event's identity."""
    type: str
    subject: str
    """Empty when the callback names none."""
    time: str | None
    """RFC 3339; None: the time of reception."""
    schema: str
    """`$id` of the schema that `data` obeys."""
    data: dict[str, Value]
    tag: str = ""
    outcome: str = ""
    unknown: int = 0
    """How many fields of the callback no schema knew."""


class Claims(NamedTuple):
    """What a callback says of itself that a check on the content can compare."""

    buckets: tuple[str | None, ...]
    """Each that an event names, `<name>-<appid>`; None for an event that names none."""


def claims(drafts: Sequence[Draft]) -> Claims:
    """The claims of all events of a callback together."""
    return Claims(tuple(bucket for draft in drafts for bucket in _buckets(draft.data)))


def _buckets(data: dict[str, Value]) -> set[str | None]:
    named = {data.get("bucket"), data.get("input", {}).get("bucket")}
    return named - {None} or {None}


Decode = Callable[[Verified], Value]
"""Verified callback → document; raises nothing but `Unreadable`."""
Normalize = Callable[[Value], list[Draft]]
"""Document → drafts, in order; raises nothing but `Unreadable`."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One vendor. `name` is its name in the configuration and its folder in `schemas/`."""

    name: str
    compile: Callable[[Contract], Normalize]
    is_probe: Callable[[Value], bool]
    """Whether a document is what a console sends to try a URL: answered 200 and not kept."""
    decode: Decode = decode
    """A vendor that says in a header what the body is puts both into the document."""
    personal: frozenset[str] = frozenset()
    """What `redact: personal` stands for; names of elements, as `gateway.core.redact` has them."""
    root: str = ""
    """The element that some callbacks have around everything; empty where there is none."""
