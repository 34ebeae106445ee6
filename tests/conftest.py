"""Fixtures for every room of the tests."""

import warnings

with warnings.catch_warnings():
    # kafka-python 3.0.12 loads its schemas with functions that Python 3.11 deprecates.
    warnings.filterwarnings("ignore", "(open|read)_text is deprecated", DeprecationWarning)
    import kafka  # noqa: F401

pytest_plugins = ["tests.broker.fixtures"]
