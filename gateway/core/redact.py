"""Document → the document without what its source must not keep, and its bytes written anew.

What must not be kept is named: `UserInfo` is every element of that name, however deep, and
`ListResults.Entity` every `Entity` directly in a `ListResults`. Upper and lower case are one, lists
are looked through. An element is emptied, not taken out: an event has no empty ones, and whoever
reads the bytes still sees where something was.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from gateway.core.coerce import untyped
from gateway.core.errors import Unreadable
from gateway.core.model import Callback, Value, Verified
from gateway.core.provider import Decode, Encode

_Steps = tuple[str, ...]
_Names = dict[str, dict[_Steps, str]]
"""Last step → each name that ends with it: its steps, and how it was written."""


Redact = Callable[[Value], tuple[Value, tuple[str, ...]]]
"""Document → the same emptied, and the names under which something stood in it, sorted; where there
are none, the document itself."""


class Kept(NamedTuple):
    """What the rest of the gateway may see of a callback."""

    document: Value
    callback: Callback
    """As received where nothing was redacted."""
    redacted: tuple[str, ...]


def redaction(names: Iterable[str], *, root: str = "") -> Redact:
    """The function that empties every element under one of `names`.

    `root` is the element that some callbacks have around everything: names need not begin with it.
    """
    sought: _Names = {}
    for name in names:
        steps = tuple(name.lower().split("."))
        if steps[0] == root.lower() and len(steps) > 1:
            steps = steps[1:]
        sought.setdefault(steps[-1], {})[steps] = name

    def redact(document: Value) -> tuple[Value, tuple[str, ...]]:
        found: set[str] = set()
        emptied = _Walk(sought, found).value(document, ())
        return (emptied if found else document), tuple(sorted(found))

    return redact


def decode_redacted(verified: Verified, redact: Redact, *, decode: Decode, encode: Encode) -> Kept:
    """The document and the callback without what must not be kept; raises only `Unreadable`.

    A body that cannot be decoded is kept as it is, and its error does not quote it.
    """
    callback = verified.callback
    try:
        document, names = redact(decode(verified))
    except Unreadable as error:
        raise Unreadable(error.reason, "the body cannot be decoded, nor redacted") from error
    if names:
        callback = encode(document, callback)
    return Kept(document, callback, names)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One way through a document: what is sought, and which names were found."""

    sought: _Names
    found: set[str]

    def value(self, value: Value, path: _Steps) -> Value:
        if isinstance(value, dict):
            return self.members(value, path)
        return [self.value(one, path) for one in value] if isinstance(value, list) else value

    def members(self, node: dict[str, Value], path: _Steps) -> dict[str, Value]:
        kept = dict(node)
        for name, value in node.items():
            step = name.lower()
            if step in self.sought and self.hits((*path, step), value):
                kept[name] = None
            elif type(value) is not str:
                kept[name] = self.value(value, (*path, step))
        return kept

    def hits(self, path: _Steps, value: Value) -> bool:
        ends = self.sought[path[-1]].items()
        names = {name for steps, name in ends if path[-len(steps) :] == steps}
        if names and untyped(value) is not None:
            self.found.update(names)
            return True
        return False
