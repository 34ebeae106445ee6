"""XML bytes → Document, strictly.

One well-formed document in UTF-8 (or declared GBK, GB2312, GB18030), no DOCTYPE, no entity but the
five, at most `MAX_DEPTH` elements deep. The result is what `xmltodict.parse` gives.

What is of the plainest form, as most callbacks are, needs no parser (`plain_xml`). lxml parses the
rest: its bundled libxml2 refuses everything listed above by itself or lets us see it, and its tree
becomes our dictionary at about the price of expat in front of xmltodict-rs, which is the fastest
pair but lets a quarter of the hostile bodies pass (`tests/bench/decode.py` compares them). The rare
body with attributes or mixed content goes to xmltodict itself, after lxml has found it harmless.
"""

import ctypes
import re
from typing import Final
from xml.parsers.expat import ExpatError

import xmltodict
from lxml import etree

from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Document
from gateway.core.plain_xml import MAX_DEPTH, add_child, decode_plain

BOM: Final = b"\xef\xbb\xbf"
_DECLARED = re.compile(rb"<\?xml\s").match
_ENCODING = re.compile(rb"""\sencoding\s*=\s*["']([^"']*)["']""")
_PROLOG = re.compile(rb"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_CHINESE = {b"gbk", b"gb2312", b"gb18030"}
_ATTRIBUTE = re.compile(rb"""=\s*["']""")
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_NAMES_KEPT: Final = 8 << 20
"""Bytes of XML after which libxml2 forgets the names that it has read."""


def decode_xml(body: bytes) -> Document:
    """The document in `body`, or `Unreadable` with the reason."""
    body = _as_utf8(body)
    plain = decode_plain(body)
    return parse_xml(body) if plain is None else plain


def parse_xml(body: bytes) -> Document:
    """The same of any form, for a body in UTF-8."""
    prolog = _PROLOG.match(body)
    assert prolog is not None  # it matches nothing too
    if body.startswith(b"<!DOCTYPE", prolog.end()):  # a parser might open what it names
        raise Unreadable(Reason.DOCTYPE, "a document type declaration is not accepted")
    root = _parse(body)
    if b"xml:" in body or _ATTRIBUTE.search(body, prolog.end()):
        return _general(body, root)
    try:
        return {root.tag: _children(root, MAX_DEPTH - 1) if len(root) else _text(root)}
    except _Unusual:
        return _general(body, root)


def _as_utf8(body: bytes) -> bytes:
    marked = body.startswith(BOM)
    body = body.removeprefix(BOM)
    if b"\0" in body:  # UTF-16 and UTF-32 in disguise: a parser would guess them
        raise Unreadable(Reason.ENCODING, "NUL bytes: only UTF-8 and GB encodings are accepted")
    declaration = body[: body.find(b"?>") + 1] if _DECLARED(body) else b""
    declared = _ENCODING.search(declaration)
    encoding = declared[1].lower() if declared else b"utf-8"
    if encoding != b"utf-8" and (marked or encoding not in _CHINESE):
        raise Unreadable(Reason.ENCODING, f"encoding {encoding[:40]!r} is not accepted")
    try:
        if encoding == b"utf-8":
            body.decode()
            return body
        # GB18030 contains the other two, and senders declare the smaller names for it. The
        # declaration stays: both parsers are told the encoding, and judge the rest of it.
        return body.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise Unreadable(Reason.ENCODING, f"not {encoding.decode()}: {error.reason}") from error


class _Trees:
    """lxml's parser, anew from time to time: libxml2 keeps every name of an element for as long as
    its thread lives, and a sender may invent a million. lxml has no call to forget them; they are
    in the thread's dictionary, under this name since lxml 2.0 (parser.pxi)."""

    def __init__(self) -> None:
        self._renew()

    def parsed(self, body: bytes) -> etree._Element:
        """The root of the document; raises XMLSyntaxError."""
        if self._left < 0:
            _of_thread().pop("_ParserDictionaryContext", None)
            self._renew()
        self._left -= len(body)
        return etree.fromstring(body, self._parser)

    def _renew(self) -> None:
        self._left = _NAMES_KEPT
        self._parser = etree.XMLParser(
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            remove_blank_text=True,
            remove_comments=True,
            remove_pis=True,
        )


_thread_dictionary = ctypes.pythonapi.PyThreadState_GetDict
_thread_dictionary.restype = ctypes.c_void_p  # a borrowed reference: py_object would give it back


def _of_thread() -> dict[str, object]:
    found: dict[str, object] = ctypes.cast(_thread_dictionary(), ctypes.py_object).value
    return found


_TREES: Final = _Trees()


def _parse(body: bytes) -> etree._Element:
    try:
        return _TREES.parsed(body)
    except etree.XMLSyntaxError as error:
        too_deep = error.msg is not None and "depth" in error.msg
        reason = Reason.TOO_DEEP if too_deep else Reason.MALFORMED_XML
        raise Unreadable(reason, error.msg or "empty document") from error


class _Unusual(Exception):
    """Text stands between elements, which the short way does not keep, or it is too deep."""


def _text(element: etree._Element) -> str | None:
    text = element.text
    return text.strip() or None if text else None


def _children(parent: etree._Element, room: int) -> Document:
    """`parent` is an element with children, `room` levels deep at most; repeats become a list, in
    order.

    `_text` is written out once more in the loop: a call per leaf costs 8 % of the decoding.
    """
    if parent.text is not None or not room:
        raise _Unusual
    found: Document = {}
    for child in parent:
        if child.tail is not None:
            raise _Unusual
        value: Document | str | None
        if len(child):
            value = _children(child, room - 1)
        else:
            text = child.text
            value = text.strip() or None if text else None
        add_child(found, child.tag, value)
    return found


def _general(body: bytes, root: etree._Element) -> Document:
    if _TOO_DEEP(root):
        raise Unreadable(Reason.TOO_DEEP, f"more than {MAX_DEPTH} elements deep")
    try:
        document: Document = xmltodict.parse(body, encoding="utf-8")
    except (ExpatError, ValueError) as error:
        raise Unreadable(Reason.MALFORMED_XML, str(error)) from error
    return document
