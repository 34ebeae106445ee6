"""What a provider is: one vendor's knowledge as a frozen value of functions.

`compile` takes the vendor's published schemas once at start and gives the function that turns a
document into drafts of events. A draft is an event before its identity and envelope; what checks on
the content compare is read from the drafts, so that they judge exactly what would be published.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from gateway.core.contract import Contract
from gateway.core.decode import decode
from gateway.core.encode import encode_callback
from gateway.core.model import Callback, Claims, Value, Verified


class Draft(Struct, frozen=True, gc=False):
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


class _Drafted:
    """The claims of drafts; each is looked up when a check asks for it, since most never are."""

    __slots__ = ("_drafts", "time")

    def __init__(self, drafts: Sequence[Draft], time: float) -> None:
        self._drafts = drafts
        self.time = time

    @property
    def buckets(self) -> list[str | None]:
        return _named(self._drafts, "bucket")

    @property
    def regions(self) -> list[str | None]:
        return _named(self._drafts, "region")

    @property
    def user_data(self) -> list[str | None]:
        return [_user_data(draft.data) for draft in self._drafts]


def claims(drafts: Sequence[Draft], time: float = 0.0) -> Claims:
    """The claims of all events of a callback together, received at `time`."""
    return _Drafted(drafts, time)


def _named(drafts: Sequence[Draft], key: str) -> list[str | None]:
    """What each event and its input name; None for an event of which neither does."""
    found: list[str | None] = []
    for draft in drafts:
        own, of_input = draft.data.get(key), draft.data.get("input", {}).get(key)
        found.append(of_input if own is None else own)
        if of_input is not None and own is not None and of_input != own:
            found.append(of_input)
    return found


_CARRIED: Final = (("job", "user_data"), ("batch", "user_data"), ("moderation", "data_id"))
"""Where an event has what its submitter gave it to carry."""


def _user_data(data: dict[str, Value]) -> str | None:
    for part, name in _CARRIED:
        carrier = data.get(part)
        text = carrier.get(name) if isinstance(carrier, dict) else None
        if isinstance(text, str):
            return text
    return None


Decode = Callable[[Verified], Value]
"""Verified callback → document; raises nothing but `Unreadable`."""
Encode = Callable[[Value, Callback], Callback]
"""The opposite of `Decode`: a document, emptied here and there since it was decoded from the
callback → the callback that decodes to it. Headers that stand in the document are emptied too."""
Normalize = Callable[[Value], list[Draft]]
"""Document → drafts, in order; raises nothing but `Unreadable`."""
Options = Callable[[Sequence[tuple[bytes, bytes]], float], Mapping[str, str] | None]
"""Headers of an OPTIONS request, and how many callbacks a minute its source takes (infinity: any
number) → the headers of the answer; None: it is refused like other methods."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One vendor. `name` is its name in the configuration and its folder in `schemas/`."""

    name: str
    compile: Callable[[Contract], Normalize]
    is_probe: Callable[[Value], bool]
    """Whether a document is what a console sends to try a URL: answered 200 and not kept."""
    decode: Decode = decode
    """A vendor that says in a header what the body is puts both into the document."""
    encode: Encode = encode_callback
    """Its own wherever `decode` is."""
    personal: frozenset[str] = frozenset()
    """What `redact: personal` stands for; names of elements, as `gateway.core.redact` has them."""
    options: Options | None = None
    """Answers a sender that asks before it delivers; None: nobody does."""
    root: str = ""
    """The element that some callbacks have around everything; empty where there is none."""
