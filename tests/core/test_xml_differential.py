"""XML → document: held against xmltodict (expat) and against a plain reading of lxml's tree.

What is read is read by all three alike; what is refused is refused for a reason that holds, and as
malformed only where one of the other two refuses it as well.
"""

import contextlib
import re
from random import Random
from typing import Final
from xml.parsers.expat import ExpatError

import pytest
import xmltodict
from lxml import etree

from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Document, Value
from gateway.core.plain_xml import MAX_DEPTH
from gateway.core.xml_body import decode_xml
from tests.core.test_xml_body import ATTRIBUTES, MARKUP, MIXED, PLAIN
from tests.fuzz.inputs import body as mutated


def by_lxml(body: bytes) -> Document | None:
    """The document that lxml's tree holds, in xmltodict's convention; None where lxml refuses."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError:
        return None
    return {str(root.tag): _reading(root)}


def _reading(element: etree._Element) -> Value:
    found: Document = {f"@{name!s}": value for name, value in element.items()}
    texts = [element.text or ""]
    for node in element:
        texts.append(node.tail or "")
        if isinstance(node.tag, str):  # of a comment or an instruction it is a function
            one = _reading(node)
            if node.tag in found:
                several = found[node.tag]
                found[node.tag] = [*(several if isinstance(several, list) else [several]), one]
            else:
                found[node.tag] = one
    text = "".join(texts).strip() or None
    if not found:
        return text
    return found | ({"#text": text} if text else {})


def by_xmltodict(body: bytes) -> Document | None:
    """The document; None where expat refuses."""
    try:
        found: Document = xmltodict.parse(body)
    except (ExpatError, ValueError):
        return None
    return found


def is_too_deep(body: bytes) -> bool:
    """Whether a tag of the body stands below the bound, as a parser counts that only counts."""
    level, deepest = 0, 0
    parser = etree.XMLPullParser(("start", "end"), huge_tree=True)
    with contextlib.suppress(etree.XMLSyntaxError):
        parser.feed(body)
    for event, _ in parser.read_events():
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest > MAX_DEPTH


def is_in_utf_8(body: bytes) -> bool:
    """Bytes, and declaration where there is one."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    declaration = text.partition("?>")[0] if text.lstrip("\ufeff").startswith("<?xml") else ""
    return "\0" not in text and ("encoding" not in declaration or "utf-8" in declaration.lower())


_FOREIGN_NAME = re.compile(rb"</?[^<>\s]*[\x80-\xff]").search
"""XML's fifth edition has names that expat does not know, e.g. in full-width letters."""
_GB = re.compile(
    rb"""(<\?xml\s[^>]*?)\s+encoding\s*=\s*(["'])(gbk|gb2312|gb18030)\2""", re.IGNORECASE
)


def without_gb(body: bytes) -> bytes:
    """A body in a declared GB encoding as UTF-8 that declares nothing; any other as it is."""
    return _GB.sub(rb"\1", body.decode("gb18030").encode()) if _GB.match(body) else body


def agree(body: bytes) -> None:
    """All three read the body alike; or it is refused, for a reason that holds."""
    try:
        document = decode_xml(body)
    except Unreadable as refused:
        match refused.reason:
            case Reason.MALFORMED_XML:
                assert by_lxml(body) is None or by_xmltodict(body) is None
            case Reason.TOO_DEEP:
                assert is_too_deep(body)
            case Reason.DOCTYPE:
                assert b"<!DOCTYPE" in body
            case reason:
                assert reason == Reason.ENCODING
                assert not is_in_utf_8(body)
    else:
        text = without_gb(body)
        known = by_xmltodict(text)
        assert document == known or (known is None and _FOREIGN_NAME(text))
        if b"xmlns" not in body and b"xml:" not in body:  # lxml has other names for those
            assert document == by_lxml(text)


@pytest.mark.parametrize("text", PLAIN + MARKUP + MIXED + ATTRIBUTES)
def test_all_three_agree_on_every_production(text: str) -> None:
    """The second oracle too."""
    agree(text.encode())


KINDS: Final = ("document as XML", "text of XML", "bytes", "spliced", "truncated", "deep")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_all_three_agree_on_a_mutated_callback(kind: str, seed: int) -> None:
    """Neither more nor less than the reference parsers is read, and nothing else."""
    random = Random(f"{kind}/{seed}")
    for _ in range(100):
        body = mutated(random, kind)
        if body.startswith(b"<"):
            agree(body)
