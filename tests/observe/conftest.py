"""The fixtures of this room."""

from tests.e2e.fixtures import gateway, new_gateway, publisher
from tests.observe.observed import observed

__all__ = ["gateway", "new_gateway", "observed", "publisher"]
