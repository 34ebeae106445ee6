"""JSON bytes → Document, strictly (RFC 8259 and more).

UTF-8 only, no duplicate keys, no NaN or Infinity, no lone surrogates, at most `MAX_DEPTH`
containers deep. A number with a fraction or exponent keeps its text (`jiter.LosslessFloat`), so
that what no schema types reads the same in JSON and in XML.
"""

import jiter

from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Value
from gateway.core.xml_body import BOM, MAX_DEPTH


def decode_json(body: bytes) -> Value:
    """The object or array in `body`, or `Unreadable` with the reason."""
    body = body.removeprefix(BOM)
    try:
        document = jiter.from_json(
            body, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="lossless-float"
        )
    except ValueError as error:
        raise Unreadable(_reason(body, str(error)), str(error)) from error
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _too_deep(document):
        raise Unreadable(Reason.TOO_DEEP, f"more than {MAX_DEPTH} containers deep")
    return document


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
