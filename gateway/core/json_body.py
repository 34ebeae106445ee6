"""JSON bytes → Document, strictly (RFC 8259 and more).

UTF-8 only, no duplicate keys, no NaN or Infinity, no lone surrogates, at most `MAX_DEPTH`
containers deep. A number with a fraction or exponent keeps its text (`jiter.LosslessFloat`), so
that what no schema types reads the same in JSON and in XML.

orjson reads twice as fast as jiter, but keeps the last of two names and no number's text. Where no
text is escaped, counting tells whether it lost something: every text has two quotation marks.
"""

from typing import Final

import jiter
import orjson

from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Value
from gateway.core.plain_xml import MAX_DEPTH
from gateway.core.xml_body import BOM

_NOT_PLAIN: Final = -(1 << 40)


def decode_json(body: bytes) -> Value:
    """The object or array in `body`, or `Unreadable` with the reason."""
    body = body.removeprefix(BOM)
    document = _plain(body)
    if document is not None:
        return document
    try:
        document = jiter.from_json(
            body, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="lossless-float"
        )
    except ValueError as error:
        raise Unreadable(_reason(body, str(error)), str(error)) from error
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _too_deep(document):
        raise Unreadable(Reason.TOO_DEEP, f"more than {MAX_DEPTH} containers deep")
    return document


def _plain(body: bytes) -> Value:
    """The document; None where only jiter can tell, and why."""
    if b"\\" in body:
        return None
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return document if 2 * _texts(document, MAX_DEPTH) == body.count(b'"') else None


def _texts(value: Value, room: int) -> int:
    """How many texts, names too, are in it; fewer than none where it is too deep, or a number whose
    text is lost."""
    if type(value) is str:
        return 1
    if type(value) is float or (not room and isinstance(value, dict | list)):
        return _NOT_PLAIN
    found = 0
    if type(value) is dict:
        found = len(value)
        for child in value.values():
            found += 1 if type(child) is str else _texts(child, room - 1)
    elif type(value) is list:
        for child in value:
            found += _texts(child, room - 1)
    return found


def _reason(body: bytes, message: str) -> Reason:
    if "recursion limit" in message:
        return Reason.TOO_DEEP
    try:
        body.decode()
    except UnicodeDecodeError:
        return Reason.ENCODING
    return Reason.MALFORMED_JSON


def _too_deep(document: Value) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True
