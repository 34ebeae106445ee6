"""What a moderation callback is, and the drafts of its events.

The vendor sends it in two forms, Detail with `JobsDetail` and Simple with `data`, and tries a
callback URL that is being saved with a Simple one that is about nothing.
"""

from collections.abc import Callable

from msgspec import structs

from gateway.core.coerce import untyped
from gateway.core.contract import Contract
from gateway.core.model import Value
from gateway.core.provider import Draft
from gateway.providers.tencent_ci.moderation_draft import DETAIL, SIMPLE, drafter
from gateway.providers.tencent_ci.root import Node, Root, containers, is_empty, several

_JUDGED = ("Result", "Suggestion", "ForbidState")
_TO_JUDGE = ("BucketId", "Object", "Url", "DataId")
"""Of a job they are in its Input."""
_PROBE_MESSAGE = "Test request when setting callback url"
_PROBE_ID = "test_trace_id"


def is_moderation(root: Root, _document: Value) -> bool:
    """Whether the callback is of moderations: named so, or judged jobs without a Tag, or Simple,
    which has an id and a result; where it failed perhaps neither, and then its name."""
    if DETAIL.container in root.node:
        jobs = _objects(root.node[DETAIL.container])
        named = _is_review(root.event_name)
        return bool(jobs) and (named or all(_is_moderated(job, root.event_name) for job in jobs))
    moderations = _objects(root.node.get(SIMPLE.container))
    return bool(moderations) and all(map(_is_simple, moderations))


def _is_moderated(job: Node, event_name: str | None) -> bool:
    """What failed has no verdict: where nothing has a name, it is known by what it was to judge."""
    if _says(job, "Tag", "Operation"):
        return False
    return _says(job, *_JUDGED) or (event_name is None and _says(job, *_TO_JUDGE))


def _is_simple(moderation: Node) -> bool:
    named = _is_review(untyped(moderation.get("event")))
    return named or _says(moderation, "trace_id", "result")


def _is_review(event_name: Value) -> bool:
    return isinstance(event_name, str) and event_name.startswith("Review")


def is_probe(document: Value) -> bool:
    """Whether this is the body with which a console tries a callback URL: by message and id."""
    root = document if isinstance(document, dict) else {}
    inner = root.get("Response")
    root = inner if isinstance(inner, dict) else root
    if untyped(root.get("message")) != _PROBE_MESSAGE:
        return False
    return [untyped(one.get("trace_id")) for one in _objects(root.get("data"))] == [_PROBE_ID]


def moderation_normalizer(contract: Contract) -> Callable[[Root, Value], list[Draft]]:
    """The normalizer of moderation callbacks: one draft for each moderation, in order."""
    drafters = {form.container: drafter(form, contract) for form in (DETAIL, SIMPLE)}

    def normalize(root: Root, _document: Value) -> list[Draft]:
        form = DETAIL if DETAIL.container in root.node else SIMPLE
        draft = drafters[form.container]
        nodes = containers(root.node, form.container)
        return [draft(structs.replace(root, share=len(nodes)), node) for node in nodes]

    return normalize


def _objects(value: Value) -> list[Node]:
    """The objects in `value`, one or a list, but the empty; none where others are among them."""
    values = [one for one in several(value) if not is_empty(one)]
    return values if all(isinstance(one, dict) for one in values) else []


def _says(node: Node, *names: str) -> bool:
    return any(untyped(node.get(name)) is not None for name in names)
