"""Document → bytes: whatever was decoded, what is written decodes to the same."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.decode import decode
from gateway.core.encode import encode
from gateway.core.model import Document, Value
from gateway.core.xml_body import BOM
from tests.laws.cases import READABLE, Case
from tests.laws.documents import xml
from tests.laws.generated import callbacks
from tests.sources import as_json, verified

FORMS = [
    b"<a/>",
    b"<a>1</a>",
    b'<a b="1"/>',
    b'<a b="">1</a>',
    b'<a b="&quot;\'&lt;&#13;&#9;&#10;">&lt;&amp;&gt;]]&gt;&#13;1&#13;&#10;2</a>',
    b"<a>1<b/>2<b>3</b>4</a>",
    b"<a><b>1</b><c/><b>2</b></a>",
    b'<a xmlns:x="urn:x"><x:b xml:lang="en">1</x:b></a>',
    b"\xef\xbb\xbf \n<a>1</a>",
    '<?xml version="1.0" encoding="GBK"?><中>文</中>'.encode("gb18030"),
    "<a><x\u1680>\x85\u2028\U0001f600 .</x\u1680></a>".encode(),
    b'{"a":1.50,"b":-0.0,"c":1e400,"d":-1E+2,"e":123456789012345678901234567890,"f":-0}',
    b'{"":[[],{},[[null]],true,false,""," \\u0000\\"\\\\\\ud83d\\ude00"]}',
    b"\xef\xbb\xbf\n[1,2]",
    b"[" + b"9" * 4299 + b"]",
]


def again(body: bytes) -> None:
    """What is written decodes to what was written, in the same form; numbers to the last digit."""
    document = decode(verified(body))
    written = encode(document, body)
    found = decode(verified(written))
    if b"<" in (written[:1], body.removeprefix(BOM).strip()[:1]):
        assert found == document
        assert written.startswith(b"<")
    else:
        assert repr(found) == repr(document)


@pytest.mark.parametrize("body", FORMS, ids=lambda body: repr(body[:30]))
def test_a_document_is_written_as_it_was_read(body: bytes) -> None:
    """Numbers with every digit, names with every letter, text with its line ends."""
    again(body)


@pytest.mark.parametrize("case", READABLE, ids=lambda case: case.name)
def test_every_example_is_written_as_it_was_read(case: Case) -> None:
    """In both wire forms."""
    for body in (case.body, xml(case.document), as_json(case.document)):
        again(body)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(callbacks())
def test_any_callback_is_written_as_it_was_read(document: Document) -> None:
    """However odd: attributes, repeats, empty elements."""
    again(xml(document))
    again(as_json(document))


_JSON: st.SearchStrategy[Value] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(), _JSON))
def test_any_json_is_written_as_it_was_read(document: Document) -> None:
    """Any name, any text, any number."""
    again(as_json(document))
