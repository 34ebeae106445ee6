"""What is installed: every package pinned with its hashes, from no address written here."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
BUILT = ["pyproject.toml", "Makefile", "Dockerfile", ".ci/run", ".ci/packages"]
LOCKS = [
    "deploy/requirements.txt",
    "tests/requirements.txt",
    "deploy/compile.txt",
    "tests/deploy/charts.txt",
]


def pins(lock: str) -> dict[str, str]:
    """Package → version and hashes."""
    entries = re.findall(
        r"^([a-z0-9-]+)(==.*(?:\n    .*)*)", (ROOT / lock).read_text(), re.MULTILINE
    )
    return dict(entries)


def names(requirements: list[str]) -> set[str]:
    """The packages that `requirements` ask for, spelt as in a lock."""
    return {re.split("[^A-Za-z0-9_-]", name)[0].lower().replace("_", "-") for name in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_a_version_and_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    loose = [name for name, pin in pins(lock).items() if "--hash=sha256:" not in pin]
    assert loose == []
    assert len(pins(lock)) == len(re.findall(r"^[^#\s]", text, re.MULTILINE))


def test_the_locks_have_all_that_the_project_asks_for() -> None:
    runtime = names(PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"])
    extra = names(PROJECT["project"]["optional-dependencies"]["test"])
    assert runtime - pins(LOCKS[0]).keys() == set()
    assert (runtime | extra) - pins(LOCKS[1]).keys() == set()


@pytest.mark.parametrize("lock", [LOCKS[0], LOCKS[2]])
def test_tests_run_with_the_versions_that_are_deployed(lock: str) -> None:
    deployed, tested = pins(lock), pins(LOCKS[1])
    differing = {name for name in deployed.keys() & tested.keys() if deployed[name] != tested[name]}
    assert differing == set()


@pytest.mark.parametrize("name", BUILT + LOCKS)
def test_no_file_of_the_build_names_a_registry_or_a_machine(name: str) -> None:
    text = (ROOT / name).read_text()
    named = re.findall(r"https?://(?!127\.0\.0\.1)|index-url|--index\b|/root/|/home/", text)
    assert named == []
