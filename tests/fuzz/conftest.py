"""The fixtures of this room."""

from tests.e2e.fixtures import new_gateway

__all__ = ["new_gateway"]
