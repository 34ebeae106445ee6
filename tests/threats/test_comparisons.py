"""Secrets and signatures are compared by `hmac.compare_digest`, and by nothing else."""

import ast
from pathlib import Path

import pytest

from gateway.core import checks

WORDS = ("secret", "signature", "digest", "mac", "token", "password")
SPELLINGS = ("b64encode(signature) == given",)
"""Of what was presented with itself: there is one way to write it."""
FILES = sorted(Path(checks.__file__).parent.glob("*.py"))


def compared(source: str) -> list[str]:
    """The comparisons by value in it that name something secret."""
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Compare)]
    by_value = [
        node for node in found if any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
    ]
    told = [ast.unparse(node) for node in by_value]
    return [each for each in told if any(word in each.lower() for word in WORDS)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_secret_is_compared_in_constant_time(file: Path) -> None:
    """How long `==` takes tells where the first difference is."""
    assert [each for each in compared(file.read_text()) if each not in SPELLINGS] == []


def test_a_comparison_by_value_is_noticed() -> None:
    """Whatever stands on its sides."""
    assert compared("a = signature == b'x' or n != 3") == ["signature == b'x'"]
