"""The schemas and examples of one provider → its reference page, `schemas/<provider>/REFERENCE.md`.

`python -m gateway.reference` writes the pages of a checkout; a test fails when one is not what
would be written. Every word on a page is in a schema or an example, so change those.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import orjson

from gateway.catalogue import PublishedSchema, catalogue
from gateway.core.model import Value
from gateway.core.plans import Schema
from gateway.resolve import Resolver
from gateway.schemas import FOLDER

EXAMPLES: Final = FOLDER.parent / "tests/examples"
_WIDTH: Final = 100
_HEAD: Final = """\
<!-- Written by `python -m gateway.reference`; change the schemas instead. -->

# Events of {provider}

[The overview](../README.md) has what every event has, and how a callback's fields become its own.
The tables here have every field that a schema types, and the overview says what becomes of others.
The examples are shortened, and without `id`, `receivedtime` and `verifiedby`.
"""


def page(schemas: Sequence[PublishedSchema], examples: Sequence[Path]) -> str:
    """The page of the provider whose schemas and examples these are."""
    resolver = Resolver(schema.document for schema in schemas)
    general = [schema for schema in schemas if not schema.tag and "properties" in schema.document]
    tags = [schema for schema in schemas if schema.tag]
    shared = [schema for schema in schemas if "$defs" in schema.document]
    lines = [_HEAD.format(provider=schemas[0].provider)]
    lines += _contents([*general, *tags])
    for schema in [*general, *tags]:
        lines += ["", f"## {_heading(schema)}", "", *_section(schema, resolver)]
        lines += _example(schema, examples)
    for schema in shared:
        lines += ["", f"## Parts: {schema.title}"]
        for name, definition in schema.document["$defs"].items():
            lines += ["", f"### {_part(schema.identifier, name)}", "", definition["description"]]
            lines += _table(definition, schema.identifier, resolver)
    return "\n".join(lines) + "\n"


def _heading(schema: PublishedSchema) -> str:
    return f"{schema.tag}: {schema.title}" if schema.tag else schema.title


def _part(identifier: str, name: str) -> str:
    return f"Part `{identifier.split(':')[-2]}.{name}`"


def _anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _contents(schemas: Iterable[PublishedSchema]) -> Iterator[str]:
    yield from ("| Tag | event | schema |", "|---|---|---|")
    for schema in schemas:
        title = f"[{schema.title}](#{_anchor(_heading(schema))})"
        file = f"{schema.path.parent.name}/{schema.path.name}"
        yield f"| {schema.tag} | {title} | [{schema.name}]({file}) |"


def _section(schema: PublishedSchema, resolver: Resolver) -> Iterator[str]:
    yield from (schema.document["description"], "", f"`dataschema`: `{schema.identifier}`")
    if "$ref" in schema.document:
        extended, _ = resolver.target(schema.document["$ref"], schema.identifier)
        title = extended["title"]
        yield from ("", f"All of [{title}](#{_anchor(title)}), and:")
    yield from _table(schema.document, schema.identifier, resolver)


def _table(schema: Schema, base: str, resolver: Resolver) -> Iterator[str]:
    rows = list(_rows(schema, "", base, resolver))
    if rows:
        yield from ("", "| field | type | meaning |", "|---|---|---|", *rows)


def _rows(schema: Schema, path: str, base: str, resolver: Resolver) -> Iterator[str]:
    for name, child in schema.get("properties", {}).items():
        place = f"{path}{name}"
        type_ = _type(child, base, resolver)
        if name in schema.get("required", ()):
            type_ += ", always there"
        meaning = child["description"].replace("|", "\\|")
        yield f"| `{place}` | {type_} | {meaning} |"
        yield from _rows(child, f"{place}.", base, resolver)
        if "$ref" not in child.get("items", {}):
            yield from _rows(child.get("items", {}), f"{place}[].", base, resolver)


def _type(schema: Schema, base: str, resolver: Resolver) -> str:
    """A word, with a link where a part is used."""
    if "$ref" in schema:
        target, base = resolver.target(schema["$ref"], base)
        if "properties" not in target:
            return _type(target, base, resolver)
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{_anchor(_part(base, name))})"
    if "type" not in schema:
        return "anything"
    if schema["type"] == "array":
        return f"list of {_type(schema['items'], base, resolver)}"
    if "additionalProperties" in schema:
        return f"any name → {_type(schema['additionalProperties'], base, resolver)}"
    return "time" if schema.get("format") == "date-time" else str(schema["type"])


def _example(schema: PublishedSchema, examples: Sequence[Path]) -> Iterator[str]:
    """The richest event among the examples that name this schema."""
    found = [
        (len(orjson.dumps(event)), path.name, event)
        for path in examples
        for event in orjson.loads(path.read_bytes()).get("events", ())
        if event["dataschema"] == schema.identifier
    ]
    if found:
        _, name, event = max(found, key=lambda one: one[:2])
        file = f"../../tests/examples/{schema.provider}/{name}"
        yield from ("", f"Shortened from [{name}]({file}):", "", "```json")
        yield from (written(shortened(event)), "```")


def shortened(value: Value) -> Value:
    """Lists by their first element, long text by its beginning."""
    if isinstance(value, dict):
        return {name: shortened(one) for name, one in value.items()}
    if isinstance(value, list) and len(value) > 1:
        return [shortened(value[0]), "…"]
    if isinstance(value, list):
        return [shortened(one) for one in value]
    return f"{value[:60]}…" if isinstance(value, str) and len(value) > 80 else value


def written(value: Value, indent: str = "") -> str:
    """JSON in as few lines as fit the width."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= _WIDTH or not isinstance(value, dict | list):
        return line
    inner = f"{indent}  "
    if isinstance(value, dict):
        items = [f'"{name}": {written(one, inner)}' for name, one in value.items()]
        return f"{{\n{inner}{_filled(items, inner)}\n{indent}}}"
    return f"[\n{inner}{_filled([written(one, inner) for one in value], inner)}\n{indent}]"


def _filled(items: Iterable[str], indent: str) -> str:
    lines: list[str] = []
    for item in items:
        together = f"{lines[-1]}, {item}" if lines else ""
        if lines and "\n" not in together and len(indent) + len(together) < _WIDTH:
            lines[-1] = together
        else:
            lines.append(item)
    return f",\n{indent}".join(lines)


def pages() -> Iterator[tuple[Path, str]]:
    """The file and the content of every provider's page."""
    for provider in sorted({schema.provider for schema in catalogue()}):
        schemas = [schema for schema in catalogue() if schema.provider == provider]
        examples = sorted((EXAMPLES / provider).glob("*.json"))
        yield FOLDER / provider / "REFERENCE.md", page(schemas, examples)


if __name__ == "__main__":
    if not EXAMPLES.is_dir():
        sys.exit("the pages are written from a checkout, where the examples are")
    for file, text in pages():
        file.write_text(text, "utf-8")
