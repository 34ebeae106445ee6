"""XML → document: exactly what xmltodict makes of it."""

import subprocess
import sys

import pytest
import xmltodict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Document
from gateway.core.xml_body import decode_xml

PLAIN = [
    "<a/>",
    "<a></a>",
    "<a> </a>",
    "<a>\u3000</a>",
    "<a>1</a>",
    "<a> 1 </a>",
    "<a>\xa01\xa0</a>",
    "<a>1\r\n2\r3\n4</a>",
    "<a>&#13;&#10;1&#13;2</a>",
    "<a>&lt;b&gt; &amp; &quot;c&quot; &apos;</a>",
    "<a>&#x4e2d;&#25991;&#128512;</a>",
    "<a>中文 😀 \u2028 \x85 \x7f</a>",
    "<a>'x' = \"y\"</a>",
    "<a>b='c'</a>",
    "<a><b/></a>",
    "<a> <b/> </a>",
    "<a>&#32;<b/>&#32;</a>",
    "<a><b> </b> </a>",
    "<a><b>1</b><c/><b>2</b><b/></a>",
    "<a><b/><b/></a>",
    "<a><b><c>1</c></b><b>2</b></a>",
    "<a>\n  <b>1</b>\n  <b>\n    <c>2</c>\n  </b>\n</a>",
    "<a.b-c_d><é·>1</é·></a.b-c_d>",
    "<_/>",
]
MARKUP = [
    "<a><![CDATA[<b>&amp;</b>]]></a>",
    "<a><![CDATA[]]></a>",
    "<a> <![CDATA[ 1 ]]> </a>",
    "<a>1<![CDATA[ ]]>2</a>",
    "<a><![CDATA[1]]><![CDATA[2]]></a>",
    "<a><![CDATA[]]]]><![CDATA[>]]></a>",
    "<a><![CDATA[<!DOCTYPE b>]]></a>",
    "<a><!-- c --></a>",
    "<a><!----></a>",
    "<a>1<!-- c -->2</a>",
    "<a>1<!-- c --> <!-- d -->2</a>",
    "<a> <!-- c -->1</a>",
    "<a><!-- c --><b/><!-- d --></a>",
    "<a><!-- <!DOCTYPE b> --></a>",
    "<a><b/><!-- c --> x <!-- d --><b/></a>",
    "<!-- c --><a/><!-- d -->",
    "<a>1<?p q?>2</a>",
    "<a><?p?><b/></a>",
    "<?p q?><a/><?p q?>",
    "<a/> \n",
    '<?xml version="1.0"?><a/>',
    "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n<a/>",
    '<?xml version="1.0" encoding = "Utf-8" ?><a>中</a>',
    '<?xml-stylesheet href="a"?><a b="1"/>',
    '<?xml-stylesheet encoding="GBK"?><a>中文</a>',
    '<?xml-model encoding="ISO-8859-1"?><a>中文</a>',
    '<?xml version="1.0"?><?p encoding="GBK"?><a>中文</a>',
    '<!-- <?xml version="1.0" encoding="GBK"?> --><a>中文</a>',
]
MIXED = [
    "<a>1<b/></a>",
    "<a><b/>1</a>",
    "<a>1<b>2</b>3</a>",
    "<a> 1 <b>2</b> 3 </a>",
    "<a><b>1</b><![CDATA[2]]></a>",
    "<a><b>1<c/>2</b><b/></a>",
]
ATTRIBUTES = [
    '<a b="1"/>',
    "<a b='1'/>",
    '<a b = "1" c="2">3</a>',
    '<a b=""/>',
    '<a b=" 1\r\n\t2 "/>',
    '<a b="&lt;&quot;&#10;&#x4e2d;"/>',
    '<a b="1"><c d="2">3</c><c/></a>',
    '<a xmlns="u"><b>1</b></a>',
    '<x:a xmlns:x="u"><x:b x:c="1">2</x:b></x:a>',
    '<a xml:lang="zh">1</a>',
    '<a xml:space="preserve"> 1 </a>',
    '<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="/etc/passwd"/></a>',
    "<xml:a>1</xml:a>",
    "<a><xml:b>1</xml:b></a>",
]


@pytest.mark.parametrize("text", PLAIN + MARKUP + MIXED + ATTRIBUTES)
def test_a_document_is_what_xmltodict_makes_of_it(text: str) -> None:
    """Text, repeats, attributes, mixed content, CDATA, comments, prefixes."""
    assert decode_xml(text.encode()) == xmltodict.parse(text.encode())


@pytest.mark.parametrize("text", PLAIN + MIXED)
def test_white_space_around_elements_is_layout(text: str) -> None:
    """A body on many lines is the body on one line."""
    spaced = text.replace("><", ">\r\n\t<")
    assert decode_xml(spaced.encode()) == xmltodict.parse(text.encode())


@pytest.mark.parametrize("name", ["GBK", "gbk", "GB2312", "gb2312", "GB18030", "gb18030"])
@pytest.mark.parametrize(
    "declaration",
    [
        '<?xml version="1.0" encoding="{}"?>',
        "<?xml version='1.0' encoding='{}'?>",
        '<?xml\tversion = "1.0"\n encoding = "{}"\r\n standalone="no" ?>',
    ],
)
def test_a_declared_gb_encoding_is_read(name: str, declaration: str) -> None:
    """The three names that Chinese senders declare, in any spelling of the declaration."""
    text = "<a>音视频转码，精彩集锦</a>"
    body = declaration.format(name).encode() + text.encode("gbk")
    assert decode_xml(body) == {"a": "音视频转码，精彩集锦"}


def test_gb18030_is_read_whole() -> None:
    """Four-byte sequences too, whichever of the names is declared."""
    text = "<a>😀\u1e3f\ufffd</a>"
    body = b'<?xml version="1.0" encoding="GB2312"?>' + text.encode("gb18030")
    assert decode_xml(body) == {"a": "😀\u1e3f\ufffd"}


def test_a_gb_body_is_as_strict_as_any_other() -> None:
    """Attributes, depth and end are looked at in the decoded body."""
    declared = b'<?xml version="1.0" encoding="GBK"?>'
    assert decode_xml(declared + '<a b="中">文</a>'.encode("gbk")) == {
        "a": {"@b": "中", "#text": "文"}
    }
    for rest, reason in (
        (b"<a/><b/>", Reason.MALFORMED_XML),
        (b"<a>" * 65 + b"</a>" * 65, Reason.TOO_DEEP),
        (b'<?xml version="1.0"?><a/>', Reason.MALFORMED_XML),
        (b"<a>\xff</a>", Reason.ENCODING),
    ):
        with pytest.raises(Unreadable) as refused:
            decode_xml(declared + rest)
        assert refused.value.reason == reason


def test_a_name_that_only_the_newer_parser_knows_is_refused_or_read() -> None:
    """XML's fifth edition allows names that expat does not: no foreign exception, no other name."""
    for body, document in (("<Ⰰ>1</Ⰰ>", {"Ⰰ": "1"}), ('<Ⰰ b="1"/>', {"Ⰰ": {"@b": "1"}})):
        try:
            found = decode_xml(body.encode())
        except Unreadable as refused:
            assert refused.reason == Reason.MALFORMED_XML  # noqa: PT017 - either is right
        else:
            assert found == document


def test_a_long_text_is_kept_whole() -> None:
    """900 KB of text in one element."""
    assert decode_xml(b"<a>" + b"x" * 900_000 + b"</a>") == {"a": "x" * 900_000}


_NAMES = st.sampled_from(["a", "b", "c", "Response", "JobsDetail", "x-y", "n.m", "_", "é"])
_CHARACTERS = st.characters(
    codec="utf-8",
    exclude_categories=["Cc"],
    include_characters="\t\n",
    exclude_characters="\ufffe\uffff",
)
_TEXTS = st.text(_CHARACTERS, min_size=1).map(str.strip).filter(bool)


def _parent(children: st.SearchStrategy[object]) -> st.SearchStrategy[Document]:
    value = st.one_of(children, st.lists(children, min_size=2, max_size=3))
    attributes = st.dictionaries(st.sampled_from(["@p", "@q"]), _TEXTS, max_size=2)
    elements = st.dictionaries(_NAMES, value, min_size=1, max_size=4)
    return st.builds(lambda one, other: one | other, attributes, elements)


_TREES = st.dictionaries(
    _NAMES,
    st.recursive(st.one_of(st.none(), _TEXTS), _parent, max_leaves=12),
    min_size=1,
    max_size=1,
)


@settings(deadline=None)
@given(tree=_TREES, pretty=st.booleans())
def test_a_tree_written_as_xml_is_read_back(tree: Document, pretty: bool) -> None:  # noqa: FBT001
    """Every element, attribute, repeat and text comes back, in order."""
    assert decode_xml(xmltodict.unparse(tree, pretty=pretty).encode()) == tree


_BITS = st.sampled_from(
    [
        "1",
        " ",
        "\n",
        "\r\n",
        "&amp;",
        "&#32;",
        "&#10;",
        "中",
        "<!-- c -->",
        "<?p q?>",
        "\xa0",
        "=",
        "<![CDATA[ ]]>",
        "<![CDATA[<b>]]>",
        "<![CDATA[]]>",
        "'",
        '"',
        "<b/>",
        "]]",
        "&#13;",
        "\t",
    ]
)
_CONTENT = st.recursive(
    st.lists(_BITS, max_size=6).map("".join),
    lambda inner: st.builds(
        lambda parts, name, attribute: f"<{name}{attribute}>{''.join(parts)}</{name}>",
        st.lists(st.one_of(inner, _BITS), max_size=5),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["", "", "", ' c="1"', " c = '&#10; x'"]),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(_CONTENT.map(lambda content: f"<a>{content}</a>".encode()))
def test_any_well_formed_markup_is_what_xmltodict_makes_of_it(body: bytes) -> None:
    """References, CDATA, comments and white space in every order."""
    assert decode_xml(body) == xmltodict.parse(body)


_NAMES_FOR_EVER = """
import os
from pathlib import Path
from gateway.core.xml_body import decode_xml

def mebibytes_after(first, last):
    for number in range(first, last):
        names = (f"<n{'x' * 50}{number:05}{at:05}/>" for at in range(1000))
        decode_xml(f"<a>{''.join(names)}</a>".encode())
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

before = mebibytes_after(0, 200)
print(mebibytes_after(200, 600) - before)
"""


def test_names_that_were_read_once_are_not_kept_for_ever() -> None:
    """400,000 names more, once each, cost no memory: a sender may invent them."""
    child = subprocess.run(
        [sys.executable, "-c", _NAMES_FOR_EVER], check=True, capture_output=True, text=True
    )
    assert float(child.stdout) < 20
