"""Document → bytes that decode to it, in the wire form of the body that it came in; UTF-8.

The opposite of `decode` but for layout and comments. Leaves keep their text: JSON's numbers may be
longer than orjson writes, and XML's names odder than xmltodict writes.
"""

from xml.sax.saxutils import escape, quoteattr

import orjson
from msgspec import structs

from gateway.core.model import Callback, Value
from gateway.core.xml_body import BOM

_RETURN = {"\r": "&#13;"}
"""Bare, it is a line feed to a parser."""


def encode(document: Value, body: bytes) -> bytes:
    """`document`, which was decoded from a body such as `body`, as XML or JSON as that is."""
    if not body.removeprefix(BOM).lstrip().startswith(b"<"):
        return encode_json(document)
    ((root, value),) = document.items()
    return _element(root, value).encode()


def encode_callback(document: Value, callback: Callback) -> Callback:
    """`callback`, from which `document` was decoded, with it as its body."""
    return structs.replace(callback, body=encode(document, callback.body))


def encode_json(value: Value) -> bytes:
    """JSON on one line; numbers as they were written."""
    if isinstance(value, dict):
        members = (orjson.dumps(name) + b":" + encode_json(child) for name, child in value.items())
        return b"{" + b",".join(members) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(encode_json, value)) + b"]"
    if value is None or isinstance(value, str | bool):
        return orjson.dumps(value)
    return str(value).encode()  # a number, as it was written


def _element(name: str, value: Value) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    node = value if isinstance(value, dict) else {"#text": value}
    start, content = name, escape(node.get("#text") or "", _RETURN)
    for inner, child in node.items():
        if inner.startswith("@"):
            start += f" {inner[1:]}={quoteattr(child or '')}"
        elif inner != "#text":
            content += _element(inner, child)
    return f"<{start}>{content}</{name}>"
