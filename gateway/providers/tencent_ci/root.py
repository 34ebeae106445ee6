"""The outside of a document: `Response` around it or not, one container or a list of them.

XML has the root `Response`; JSON mostly has not, but WordsGeneralize does. `JobsDetail` is an
object on nine callback pages and a list on fourteen.
"""

from msgspec import Struct, structs

from gateway.core.coerce import ROOM, Aside, Plan, coerce, leaf_text, untyped
from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Value
from gateway.core.scalars import text

Node = dict[str, Value]
_TEXT = Plan(scalar=text)
_KNOWN = frozenset({"RequestId", "NextToken", "NonExistJobIds"})
"""What the query API has beside its containers, for whoever asked: it has no place in an event."""


class Root(Struct, frozen=True, gc=False):
    """The node that holds EventName and the container, and what stands beside `Response`."""

    node: Node
    siblings: Node
    event_name: str | None
    share: int = 1
    """How many events the callback becomes: each repeats what stands beside its container."""

    @classmethod
    def of(cls, document: object) -> "Root":
        """The root of any decoded document."""
        if not isinstance(document, dict):
            return cls({}, {}, None)
        siblings = {name: child for name, child in document.items() if name != "Response"}
        inner = document.get("Response")
        if isinstance(inner, dict):
            return cls(inner, siblings, word(inner, "EventName"))
        return cls(document, {}, word(document, "EventName"))

    def aside(self, container: str | None) -> Aside:
        """A fresh place for what does not fit, already holding what stands beside `container`."""
        aside = Aside(room=ROOM // self.share)
        if type(name := self.node.get("EventName")) is not str:
            coerce(name, _TEXT, "EventName", aside)
        taken = {container, "EventName"}
        rest = {name: child for name, child in self.node.items() if name not in taken}
        for extra, path in ((rest, ""), (self.siblings, "$")):  # $: around Response
            if extra and (kept := untyped(extra)) is not None:
                aside.keep(kept, path)
                aside.unknown += len(kept.keys() - _KNOWN)
        return aside


def containers(node: Node, name: str) -> list[Node]:
    """The objects under `name`, whether one or a list, without those that are empty; `Unreadable`
    when there is none, or anything else."""
    found = [one for one in several(node[name]) if not is_empty(one)]
    if not found or not all(isinstance(one, dict) for one in found):
        raise Unreadable(Reason.SCHEMA, f"{name} is not an object or a list of objects")
    return found


def several(value: Value) -> list[Value]:
    """The list that `value` is, or is the only one of."""
    return value if isinstance(value, list) else [value]


def is_empty(value: Value) -> bool:
    """Whether there is nothing in it, neither in XML nor in JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return leaf_text(value) is None
    for one in value:  # noqa: SIM110 - most often the first one tells
        if not is_empty(one):
            return False
    return True


def inward(root: Root, job: Node, name: str) -> tuple[Root, Node]:
    """`name` as the manual's tables have it, beside the job, moved to where its examples have it.

    Where the job has one of its own, that one counts, and the other is put aside.
    """
    if name not in root.node or not only(root.node, name) or untyped(job.get(name)) is not None:
        return root, job
    beside = {other: child for other, child in root.node.items() if other != name}
    return structs.replace(root, node=beside), {**job, name: root.node[name]}


def without_slash(source: Node, path: str, aside: Aside) -> None:
    """A key loses one leading slash, which some senders write; `aside` keeps it as it was."""
    key = source.get("key", "")
    if key.startswith("/"):
        aside.texts[path] = source.pop("key")
        if key != "/":
            source["key"] = key[1:]


def only(node: Node, name: str) -> Node:
    """The object under `name`, also in a list of one; empty when there is no such object."""
    value = node.get(name)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, dict) else {}


def word(node: Node, name: str) -> str | None:
    """A text that decides something (an id, a state): `Unreadable` when repeated and differing."""
    value = node.get(name)
    if type(value) is str:
        return leaf_text(value)
    value = untyped(value)
    if isinstance(value, list):
        if any(one != value[0] for one in value):
            raise Unreadable(Reason.AMBIGUOUS, f"{name} is repeated with different values")
        value = value[0]
    if isinstance(value, dict):
        value = value.get("#text")
    return value if isinstance(value, str) else None
