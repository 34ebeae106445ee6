"""What a schema may ask for: nothing whose check could cost more than reading the document."""

import re
from collections.abc import Iterator

import pytest

from gateway import schemas
from gateway.core.model import Value
from gateway.providers import providers

COSTLY = (
    "uniqueItems",
    "contains",
    "unevaluatedProperties",
    "unevaluatedItems",
    "patternProperties",
)
NESTED = re.compile(r"[+*}]\)*[+*{]")
"""A quantifier on what has a quantifier."""


def parts(document: Value) -> Iterator[dict[str, Value]]:
    """Every object within a document."""
    if isinstance(document, dict):
        yield document
    below = document.values() if isinstance(document, dict) else document
    if isinstance(document, dict | list):
        for each in below:
            yield from parts(each)


@pytest.mark.parametrize("provider", sorted(providers()))
def test_no_schema_asks_for_what_costs_more_than_reading(provider: str) -> None:
    """No comparison of all with all, and no expression that tries everything twice."""
    for document in schemas.documents(provider):
        for part in parts(document):
            assert [word for word in COSTLY if word in part] == []
            pattern = part.get("pattern")
            assert not isinstance(pattern, str) or not NESTED.search(pattern), pattern
