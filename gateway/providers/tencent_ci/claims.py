"""What a CI callback says of its origin: the bucket of each job or run in it."""

from gateway.core.coerce import leaf_text
from gateway.core.model import Value
from gateway.core.provider import Claims

_PLACES = (
    ("Input", "BucketId"),
    ("Input", "Bucket"),
    ("BucketId",),
    ("Bucket",),
    ("Operation", "Output", "Bucket"),
    ("Operation", "MediaResult", "OutputFile", "Bucket"),
)


def claims(document: Value) -> Claims:
    """The bucket of each job or run: of its input, else of its output."""
    root = document if isinstance(document, dict) else {}
    inner = root.get("Response")
    root = inner if isinstance(inner, dict) else root
    nodes = [*_many(root.get("JobsDetail")), *_many(root.get("WorkflowExecution"))]
    return Claims(tuple(bucket for node in nodes for bucket in _buckets(node)))


def _buckets(node: Value) -> list[str | None]:
    for place in _PLACES:
        values = [node]
        for step in place:
            values = [child for value in values for child in _below(value, step)]
        named: list[str | None] = [text for one in values if (text := leaf_text(one)) is not None]
        if named:
            return named
    return [None]


def _below(value: Value, step: str) -> list[Value]:
    return _many(value.get(step)) if isinstance(value, dict) else []


def _many(value: Value) -> list[Value]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
