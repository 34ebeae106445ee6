"""What only looks hostile is read, as other tools read it, and cheaply."""

import json

import pytest
import xmltodict

from gateway.core.decode import decode
from gateway.core.model import Value
from tests.core.hostile import HARMLESS
from tests.core.test_json_body import comparable, strict
from tests.costs import is_soon
from tests.sources import verified


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_body_is_read(name: str) -> None:
    """By xmltodict and the standard library alike."""
    body = HARMLESS[name]
    document: Value = decode(verified(body))
    assert is_soon(lambda: decode(verified(body)))
    if body.startswith(b"<"):
        assert document == xmltodict.parse(body)
    else:
        assert comparable(document) == strict(body.removeprefix(b"\xef\xbb\xbf"))
        assert json.dumps(comparable(document))
