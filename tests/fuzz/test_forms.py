"""A mutated document is one event, whether it is written as XML or as JSON."""

import json
from random import Random

import pytest

from gateway.core.errors import GatewayError
from gateway.core.model import Value
from gateway.core.pipeline import process
from tests.fuzz.corpus import any_document
from tests.fuzz.forms import elements
from tests.fuzz.trees import changed
from tests.sources import OPEN, callback


def has_both_forms(value: Value) -> bool:
    """Whether XML and JSON can both say it: names that are names, no list in a list, plain text."""
    if isinstance(value, dict):
        return all(name.isidentifier() and has_both_forms(one) for name, one in value.items())
    if isinstance(value, list):
        return bool(value) and all(not isinstance(v, list) and has_both_forms(v) for v in value)
    return not isinstance(value, str) or (
        value.isascii() and value.isprintable() and "§" not in value
    )


def outcome(body: bytes) -> object:
    """The ids of its events, or why there are none."""
    try:
        entry = process(callback(body), OPEN).entry
    except GatewayError as error:
        return error.reason
    return [event.id for event in entry.events] or (entry.quarantine and entry.quarantine.reason)


@pytest.mark.parametrize("seed", range(10))
def test_both_forms_of_a_mutated_document_are_one_event(seed: int) -> None:
    """Numbers for texts, lists for one, names that nobody knows: the wire form is not content."""
    random = Random(f"forms/{seed}")
    compared = 0
    for _ in range(100):
        root = changed(random, any_document(random))
        root = root["Response"] if isinstance(root, dict) and list(root) == ["Response"] else root
        if isinstance(root, dict) and has_both_forms(root):
            compared += 1
            text = json.dumps({"Response": root}).encode()
            assert outcome(elements("Response", root).encode()) == outcome(text), text
    assert compared > 10
