"""Verified callback → Document. The body decides XML or JSON, never `Content-Type`.

Senders say `application/xml` over JSON bodies: the first byte that is neither white space nor a
byte order mark tells.
"""

from collections.abc import Callable

from gateway.core.errors import Reason, Unreadable
from gateway.core.json_body import decode_json
from gateway.core.model import Value, Verified
from gateway.core.xml_body import BOM, decode_xml

_DECODERS: dict[bytes, Callable[[bytes], Value]] = {
    b"<": decode_xml,
    b"{": decode_json,
    b"[": decode_json,
}

_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0<", b"\0{", b"\0[", b"\0\0")
"""How UTF-16 and UTF-32 begin: with a byte order mark, or big-endian without one."""


def decode(verified: Verified) -> Value:
    """The document of a verified callback; raises nothing but `Unreadable`."""
    body = verified.callback.body
    first = body.removeprefix(BOM).lstrip(b" \t\r\n")[:1]
    if not first:
        raise Unreadable(Reason.EMPTY, "the body is empty")
    decoder = _DECODERS.get(first)
    if decoder is None:
        if body.startswith(_WIDE):
            raise Unreadable(Reason.ENCODING, "UTF-16 and UTF-32 are not accepted")
        raise Unreadable(Reason.NOT_XML_OR_JSON, "the body starts with neither '<', '{' nor '['")
    return decoder(body)
