"""The schemas are a product: valid, addressed by their place, described, resolvable, exemplified.

Folder-driven: `schemas/<provider>/<version>/<name>.json` and the pairs of `tests/examples` are
found, not listed.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest

from gateway.core.model import Document

ROOT = Path(__file__).parents[2]
SCHEMAS = sorted((ROOT / "schemas").glob("*/*/*.json"))
EXAMPLES = sorted((ROOT / "tests/examples").glob("*/*.json"))

UNDOCUMENTED = "the vendor documents no callback of this Tag"
DEFINITIONS = "definitions only; every other schema refers to it"
WITHOUT_EXAMPLE = {
    "github:common": DEFINITIONS,
    "github:job": "every kind of job extends it",
    "gitlab:common": DEFINITIONS,
    "gitlab:job": "pipelines and jobs extend it",
    "tencent-ci:common": DEFINITIONS,
    "tencent-ci:event": "the vendor documents no callback of another kind",
    "tencent-ci:job": "every job.<tag> extends it, so every example of a job satisfies it",
    "tencent-ci:job.docprocess": UNDOCUMENTED,
    "tencent-ci:job.filecompress": UNDOCUMENTED,
    "tencent-ci:job.filehashcode": UNDOCUMENTED,
    "tencent-ci:job.fileuncompress": UNDOCUMENTED,
    "tencent-ci:job.imageinspect": UNDOCUMENTED,
    "tencent-ci:job.speechrecognition": UNDOCUMENTED,
    "tencent-ci:job.videoenhance": UNDOCUMENTED,
    "tencent-ci:job.videosynthesis": UNDOCUMENTED,
}


def read(path: Path) -> Document:
    document: Document = json.loads(path.read_text("utf-8"))
    return document


def urn(path: Path) -> str:
    version = path.parent
    return f"urn:callback-gateway:{version.parent.name}:{path.stem}:{version.name}"


def name(identifier: str) -> str:
    """`urn:callback-gateway:<provider>:<name>:<version>` → `<provider>:<name>`."""
    return identifier.removeprefix("urn:callback-gateway:").rpartition(":")[0]


def nodes(value: object) -> Iterator[Document]:
    """Every object within a document, itself included."""
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from nodes(child)


def events(path: Path) -> list[Document]:
    """The events an example expects; none where it expects quarantine or silence."""
    found: list[Document] = read(path).get("events", [])
    return found


REGISTRY = jsonschema_rs.Registry([(urn(path), read(path)) for path in SCHEMAS])

each_schema = pytest.mark.parametrize("path", SCHEMAS, ids=urn)
each_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


def test_there_are_schemas_and_examples() -> None:
    """An empty folder would pass every other law."""
    assert SCHEMAS
    assert EXAMPLES


@each_schema
def test_a_schema_is_valid_2020_12(path: Path) -> None:
    """A schema says that it is 2020-12, and is."""
    schema = read(path)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(schema)


@each_schema
def test_a_schema_is_addressed_by_its_place(path: Path) -> None:
    """The `$id`, which events carry as `dataschema`, tells where the file is."""
    assert read(path)["$id"] == urn(path)


@each_schema
def test_a_schema_describes_itself_and_every_property(path: Path) -> None:
    """A consumer finds the meaning and the unit of every field in the schema itself."""
    schema = read(path)
    silent = [
        key
        for node in nodes(schema)
        for key, property_ in node.get("properties", {}).items()
        if not property_.get("description")
    ]
    assert silent == []
    assert schema["title"]
    assert schema["description"]


@each_schema
def test_every_reference_resolves(path: Path) -> None:
    """No `$ref` points outside the published schemas."""
    resolver = REGISTRY.resolver(urn(path))
    for node in nodes(read(path)):
        if "$ref" in node:
            assert resolver.lookup(node["$ref"]).contents


@each_example
def test_an_example_satisfies_the_schema_it_names(path: Path) -> None:
    """What an event promises in `dataschema` holds for its data, formats too."""
    for event in events(path):
        validator = jsonschema_rs.validator_for(
            {"$ref": event["dataschema"]}, registry=REGISTRY, validate_formats=True
        )
        validator.validate(event["data"])


def test_every_example_has_a_request_and_an_expectation() -> None:
    """`<case>.http` and `<case>.json` come in pairs."""
    requests = sorted((ROOT / "tests/examples").glob("*/*.http"))
    assert [path.with_suffix("") for path in requests] == [
        path.with_suffix("") for path in EXAMPLES
    ]


def test_every_schema_has_an_example_or_a_reason() -> None:
    """A schema that no example names stands in the table above, and no other does."""
    exemplified = {name(event["dataschema"]) for path in EXAMPLES for event in events(path)}
    published = {name(urn(path)) for path in SCHEMAS}
    assert published - exemplified == set(WITHOUT_EXAMPLE)
