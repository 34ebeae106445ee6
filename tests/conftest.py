"""Fixtures for every room of the tests."""

import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    # kafka-python 3.0.12 loads its schemas with functions that Python 3.11 deprecates.
    warnings.filterwarnings("ignore", "(open|read)_text is deprecated", DeprecationWarning)
    import kafka  # noqa: F401

for compiled in Path("gateway").rglob("*.so"):
    source = compiled.with_name(compiled.name.partition(".")[0] + ".py")
    if source.exists() and source.stat().st_mtime > compiled.stat().st_mtime:
        pytest.exit(f"{source} is newer than its compiled form: make install", returncode=2)

pytest_plugins = ["tests.broker.fixtures"]
