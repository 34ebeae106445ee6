"""The mutants fit the tree, and one that no test sees is told from one that is caught."""

from pathlib import Path

import pytest

from tests.sabotage.mutants import MUTANTS, PATCHES, Mutant
from tests.sabotage.workshop import ROOT, apply, sabotaged, untouched


def test_every_patch_is_a_mutant() -> None:
    """And the other way about."""
    assert sorted(PATCHES.iterdir()) == sorted(mutant.patch for mutant in MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: str(mutant.name))
def test_every_patch_applies(mutant: Mutant) -> None:
    """To the tree as it is, so that nobody has to mend them all on one day."""
    apply(mutant.patch, ROOT, "--check")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: str(mutant.name))
def test_every_named_test_is_there(mutant: Mutant) -> None:
    """One that is renamed is renamed here, too."""
    for test in mutant.tests:
        file, name = test.split("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text()


TREE = {
    "double.py": "def double(number: int) -> int:\n    return number * 2\n",
    "test_double.py": "from double import double\n\n\n"
    "def test_three() -> None:\n    assert double(3) == 6\n",
}
PATCH = """\
--- a/double.py
+++ b/double.py
@@ -1,2 +1,2 @@
 def double(number: int) -> int:
-    return number * 2
+    return {}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree of one module and its test."""
    made = tmp_path / "tree"
    made.mkdir()
    for name, text in TREE.items():
        (made / name).write_text(text)
    return made


@pytest.mark.parametrize(
    ("change", "caught_by"),
    [("number * 3", "test_double.py::test_three"), ("number + 3", ""), ("number *", "")],
)
def test_only_a_test_that_fails_catches_a_mutant(
    tree: Path, monkeypatch: pytest.MonkeyPatch, change: str, caught_by: str
) -> None:
    """Not one that passes, and not one that cannot be run."""
    monkeypatch.setattr("tests.sabotage.mutants.PATCHES", tree.parent)
    (tree.parent / "m.patch").write_text(PATCH.format(change))

    verdict = sabotaged(Mutant("m", "", ("test_double.py",)), tree)

    assert verdict.failed == caught_by
    assert bool(verdict.error) == (change == "number *")


def test_a_tree_without_a_mutant_is_well(tree: Path) -> None:
    assert untouched(["test_double.py"], tree).is_well
