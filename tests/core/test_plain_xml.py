"""XML of the plainest form is read without a parser, and nothing that a parser would not read."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.plain_xml import MAX_DEPTH, decode_plain
from gateway.core.xml_body import parse_xml
from tests.core.test_xml_differential import agree
from tests.laws.cases import EVERY

PIECES = [
    *(
        "<a>",
        "</a>",
        "<b>",
        "</b>",
        "<b/>",
        "<b />",
        "</b >",
        "< b>",
        "<a x='1'>",
        "<a:b>",
        "</a:b>",
    ),
    *(
        "<é>",
        "<1>",
        "<-a>",
        "<a.b-c_1>",
        "</a.b-c_1>",
        "<xml>",
        "</xml>",
        "<>",
        "</>",
        "</",
        "<",
        ">",
    ),
    *("text", " ", "\n\t", "\r\n", "\u00a0", "\u0085", "\u2003", "é", "中", "\U0001f600", "\x7f"),
    *("&amp;", "&#10;", "&", "]]>", "]]", "=", "'", '"', "/", "?", "!", "xml:", "xmlns", "\ufffd"),
    *("\ufffe", "\uffff", "\x00", "\x1c", "\x08", "<!--c-->", "<![CDATA[<a>]]>", "<?p i?>"),
    *('<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE a>"),
]
"""What bodies are made of, to be plain or nearly so."""
OPEN = "<a>" * MAX_DEPTH
CLOSE = "</a>" * MAX_DEPTH
pieces = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
documents = st.recursive(
    pieces,
    lambda inner: st.tuples(st.sampled_from(["a", "b", "a.b-c_1", "xml"]), st.lists(inner)).map(
        lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>"
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("<a/>", {"a": None}),
        ("<a></a>", {"a": None}),
        ("<a> \n</a>", {"a": None}),
        ("<a> x > y </a>", {"a": "x > y"}),
        (" \n<a>\n<b>1</b>\n<c/>\n</a>\n", {"a": {"b": "1", "c": None}}),
        ("<a><b>1</b><b/><b>3</b></a>", {"a": {"b": ["1", None, "3"]}}),
        ("<a><b><a>1</a></b><b>2</b></a>", {"a": {"b": [{"a": "1"}, "2"]}}),
        ('<?xml version="1.0" encoding="UTF-8" ?>\n<a>中</a>', {"a": "中"}),
        ('<?xml version="1.0"?><a.b-c_1>\u00a0</a.b-c_1>', {"a.b-c_1": None}),
        ("<a>\u00a0<b>x\u2003</b>\u00a0</a>", {"a": {"b": "x"}}),
        (OPEN[:-3] + "<a/>" + CLOSE[:-4], None),
    ],
)
def test_what_is_plain_is_read(text: str, document: object) -> None:
    """As a parser reads it."""
    found = decode_plain(text.encode())
    assert found == parse_xml(text.encode())
    assert document in (None, found)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "x", "<", ">", "<>", "</>", "<a", "<a>", "</a>", "<a></b>", "<a></a", "<a/"),
        *(
            "<a/><a/>",
            "<a></a><b/>",
            "<a/>x",
            "x<a/>",
            "<a/>\u00a0",
            "\u00a0<a/>",
            "<a><b></a></b>",
        ),
        *("<a x='1'/>", "<a >x</a>", "<a>x</a >", "<a />", "<p:a/>", "<é/>", "<1/>", "<a//>"),
        *("<a>&amp;</a>", "<a>]]></a>", "<a><![CDATA[x]]></a>", "<a><!--c--></a>", "<a><?p?></a>"),
        *("<a>x<b/></a>", "<a><b/>x</a>", "<a>x<b>1</b></a>", "<a><b>1</b>x</a>"),
        *("<a>\r</a>", "<a>\x0b</a>", "<a>\x1c<b/></a>", "<a>\x00</a>", "<a>\ufffe</a>"),
        *("<!DOCTYPE a><a/>", "<?p?><a/>", "<!--c--><a/>", ' <?xml version="1.0"?><a/>'),
        *('<?xml version="1.0"\x0b?><a/>', '<?xml version="1.0"\r\n?><a/>'),
        *('<?xml version="1.1"?><a/>', "<?xml version='1.0'?><a/>", '<?xml encoding="x"?><a/>'),
        *('<?xml version="1.0" encoding="gbk"?><a/>', "<" * 1000, "<a>" * 1000, f"<{'n' * 65}/>"),
        *(OPEN + "<a/>" + CLOSE, OPEN + "<a></a>" + CLOSE),
    ],
)
def test_anything_else_is_left_to_a_parser(text: str) -> None:
    """Whether that reads it or not."""
    assert decode_plain(text.encode()) is None
    agree(text.encode())


@settings(max_examples=2000, deadline=None)
@given(documents)
def test_nothing_is_read_that_a_parser_would_not_read_so(text: str) -> None:
    """Neither lxml nor expat."""
    body = text.encode()
    found = decode_plain(body)
    if found is not None:
        assert found == parse_xml(body)
        agree(body)


def test_the_callbacks_of_tencent_ci_are_plain() -> None:
    """All but those that tell something by what is not."""
    bodies = {case.name: case.body for case in EVERY if case.body.lstrip()[:1] == b"<"}
    assert len(bodies) > 50
    others = [name for name, body in bodies.items() if decode_plain(body) is None]
    assert len(others) < len(bodies) / 5, others


def test_names_are_not_remembered_for_ever() -> None:
    """A sender may invent a million."""
    tracemalloc.start()
    try:
        for start in range(0, 100_000, 1_000):
            text = "".join(f"<n{number}/>" for number in range(start, start + 1_000))
            assert decode_plain(f"<a>{text}</a>".encode()) is not None
        kept, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1 << 20
    assert decode_plain(b"<a><n1>x</n1></a>") == {"a": {"n1": "x"}}
