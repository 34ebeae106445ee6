"""`python -m tests.schemas.accept` records the schemas as published, once they only widened.

The record of each provider is `published/<provider>.jsonl`: a schema a line, without what only
describes. It refuses to record what became narrower: that is a new version of the schema, in a
folder of its own. (Before the first release, delete the record and run this again.)
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson

from gateway.catalogue import catalogue
from gateway.core.model import Value
from gateway.core.plans import Schema
from gateway.resolve import ANNOTATIONS
from tests.schemas.narrowing import narrowed

RECORDS: Final = Path(__file__).parent / "published"


def providers() -> list[str]:
    """Every provider with schemas, or with a record of some."""
    recorded = {path.stem for path in RECORDS.glob("*.jsonl")}
    return sorted({schema.provider for schema in catalogue()} | recorded)


def current(provider: str) -> list[Schema]:
    """The provider's schemas as they are now."""
    return [schema.document for schema in catalogue() if schema.provider == provider]


def recorded(provider: str) -> list[Schema]:
    """The provider's schemas as they were published; none before the first time."""
    path = RECORDS / f"{provider}.jsonl"
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [orjson.loads(line) for line in lines]


def essential(schema: Schema) -> Schema:
    """A document without what only describes."""
    return {"$id": schema["$id"], **_essential(schema)}


def _essential(schema: Schema) -> Schema:
    return dict(_keywords(schema))


def _keywords(schema: Schema) -> Iterator[tuple[str, Value]]:
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs"):
            yield keyword, {name: _essential(child) for name, child in value.items()}
        elif keyword in ("items", "additionalProperties") and isinstance(value, dict):
            yield keyword, _essential(value)
        elif keyword not in ANNOTATIONS and not keyword.startswith("x-"):
            yield keyword, value


def main() -> None:
    """Records every provider, or says what became narrower and ends with 1."""
    for provider in providers():
        documents = current(provider)
        if problems := narrowed(recorded(provider), documents):
            sys.exit("\n".join(["published schemas only widen:", *problems]))
        lines = (orjson.dumps(essential(document)) for document in documents)
        (RECORDS / f"{provider}.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))


if __name__ == "__main__":
    main()
