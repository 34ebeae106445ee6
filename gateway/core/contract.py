"""The published schemas: what consumers may rely on, and what the normalizer coerces by.

Built once at start from the schema documents of one provider; nothing is ever fetched.
"""

from collections.abc import Iterable
from typing import Any

import jsonschema_rs

from gateway.core.coerce import Plan
from gateway.core.errors import Reason, Unreadable
from gateway.core.plans import Compiler, Schema


class Contract:
    """The schemas of one provider, by `$id`."""

    def __init__(self, documents: Iterable[Schema]) -> None:
        self._documents = {document["$id"]: document for document in documents}
        self._compiler = Compiler(self._documents)
        registry = jsonschema_rs.Registry(list(self._documents.items()), retriever=_no_retrieval)
        self._validators = {
            identifier: jsonschema_rs.validator_for(
                document, registry=registry, offline=True, validate_formats=True
            )
            for identifier, document in self._documents.items()
        }

    @property
    def identifiers(self) -> Iterable[str]:
        """Every schema's `$id`."""
        return self._documents

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._documents

    def property_plan(self, identifier: str, *path: str) -> Plan:
        """The plan of the property at `path` below the schema `identifier`."""
        parts = [(self._documents[identifier], identifier)]
        for name in path:
            parts = self._compiler.properties(parts)[name]
        return self._compiler.plan(parts, name=path[-1] if path else "")

    def check(self, identifier: str, data: dict[str, Any]) -> None:
        """Raise `Unreadable` with the first mistake and its place when `data` breaks its schema."""
        validator = self._validators[identifier]
        if validator.is_valid(data):
            return
        error = next(iter(validator.iter_errors(data)))
        place = ".".join(map(str, error.instance_path)) or "data"
        raise Unreadable(Reason.SCHEMA, f"{place}: {error.message}"[:300])


def _no_retrieval(uri: str) -> Schema:
    raise LookupError(f"schema {uri} is not among the packaged ones")
