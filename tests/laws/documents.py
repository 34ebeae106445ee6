"""Documents and their wire forms, and what it means that a leaf is still there.

Written against the contract, with other tools than the gateway's: xmltodict and the standard
library.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import xmltodict

from gateway.core.model import Document, Value

Meaning = tuple[str, str | float | datetime]
Path = tuple[str | int, ...]

_TIMES = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII).fullmatch
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII).fullmatch


def leaves(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Every non-empty leaf with its path; text without the white space around it."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from leaves(child, (*path, name))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from leaves(child, (*path, index))
    elif isinstance(value, str):
        if value.strip():
            yield path, value.strip()
    elif value is not None:
        yield path, value


def meaning(leaf: Value) -> Meaning:
    """What a leaf says, however it is written: a moment, a number, a truth or a text."""
    text = leaf if isinstance(leaf, str) else json.dumps(leaf)
    if text.lower() in ("true", "false"):
        return "truth", text.lower()
    if _NUMBER(text):
        return "number", float(text)
    moment = _moment(text)
    return ("moment", moment) if moment else ("text", text)


def _moment(text: str) -> datetime | None:
    for form in _TIMES:
        try:
            return datetime.strptime(text.replace(" UTC", "+0000"), form).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def lost(document: Value, kept: Value) -> list[Meaning]:
    """The leaves of `document` that are not, or not as often, among the leaves of `kept`."""
    said = Counter(meaning(leaf) for _, leaf in leaves(document))
    said.subtract(Counter(meaning(leaf) for _, leaf in leaves(kept)))
    return sorted((leaf for leaf, missing in said.items() if missing > 0), key=repr)


def empties(value: Value, path: Path = ()) -> Iterator[Path]:
    """The paths of every null, empty text and empty container within `value`."""
    if value is None or value in ("", [], {}):
        yield path
    elif isinstance(value, dict | list):
        for step, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from empties(child, (*path, step))


def replaced(value: Value, at: Callable[[Path, Value], Value], path: Path = ()) -> Value:
    """A copy of `value` in which `at(path, node)` stands for every node, the inner ones first."""
    if isinstance(value, dict):
        children = {name: replaced(child, at, (*path, name)) for name, child in value.items()}
        return at(path, children)
    if isinstance(value, list):
        items = [replaced(child, at, (*path, index)) for index, child in enumerate(value)]
        return at(path, items)
    return at(path, value)


def unwrapped(document: Document) -> Document:
    """The document without the `Response` that XML has around it."""
    inner = document.get("Response")
    return inner if list(document) == ["Response"] and isinstance(inner, dict) else document


def xml(document: Document) -> bytes:
    """The document as XML, in its `Response`."""
    text: str = xmltodict.unparse({"Response": unwrapped(document)}, full_document=False)
    return text.encode()


def json_forms(document: Document) -> Iterator[tuple[str, bytes]]:
    """The document as JSON in every way the vendor writes it: name of the form → body."""
    plain = unwrapped(document)
    for container in {"JobsDetail", "WorkflowExecution"} & plain.keys():
        node = plain[container]
        one = node[0] if isinstance(node, list) and len(node) == 1 else node
        many = one if isinstance(one, list) else [one]
        for form, value in (("object", one), ("list", many)):
            written = plain | {container: value}
            yield form, json.dumps(written).encode()
            yield f"{form} in Response", json.dumps({"Response": written}).encode()


def natural(value: Value) -> bytes:
    """JSON with bare numbers and truths wherever a text reads as one."""
    if isinstance(value, dict):
        members = (json.dumps(name).encode() + b":" + natural(one) for name, one in value.items())
        return b"{" + b",".join(members) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(natural, value)) + b"]"
    if isinstance(value, str) and (_JSON_NUMBER(value) or value in ("true", "false")):
        return value.encode()
    return json.dumps(value).encode()
