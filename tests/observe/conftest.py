"""The fixtures of this room."""

from tests.e2e.fixtures import gateway, new_gateway, publisher

__all__ = ["gateway", "new_gateway", "publisher"]
