"""Bytes → document: the body decides, hostile bodies are refused, nothing but `Unreadable` leaves.

The oracles are xmltodict and the standard library's json.
"""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import xmltodict
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.decode import decode
from gateway.core.errors import Reason, Unreadable
from gateway.core.model import Value
from tests.core.hostile import DOCTYPES, HOSTILE
from tests.costs import cost, is_soon
from tests.laws.cases import CASES
from tests.sources import verified


def decoded(body: bytes) -> Value:
    """The document of a verified callback with `body`."""
    return decode(verified(body))


def refusal(body: bytes) -> Reason:
    """Why `body` is refused; fails when it is not."""
    with pytest.raises(Unreadable) as refused:
        decoded(body)
    assert refused.value.status == 200
    assert str(refused.value)
    return refused.value.reason


def accepted(body: bytes) -> Value | None:
    """The document, or None when the body is refused; anything but `Unreadable` fails the test."""
    try:
        return decoded(body)
    except Unreadable:
        return None


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_refused_with_its_reason(name: str) -> None:
    """The whole table of hostile XML and JSON ends in `Unreadable`."""
    body, reason = HOSTILE[name]
    assert refusal(body) == reason


@pytest.mark.parametrize("name", DOCTYPES)
def test_a_document_type_is_refused_before_it_costs_anything(name: str) -> None:
    """Entities are neither expanded nor counted: 700 KB of them end at once."""
    least = 50 * cost(lambda: refusal(b"<!DOCTYPE a>"))
    assert cost(lambda: refusal(DOCTYPES[name]), enough=least) < least


class Watch:
    """Counts what the interpreter opens while it is on; audit hooks cannot be removed."""

    on = False
    seen: list[str]

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """Note an audit event."""
        if self.on and event in ("open", "socket.connect", "socket.getaddrinfo"):
            self.seen.append(f"{event} {arguments[:1]}")


_WATCH = Watch()
sys.addaudithook(_WATCH)


@pytest.fixture(name="opened")
def fixture_opened() -> Iterator[list[str]]:
    """What the interpreter opens during a test: files, connections, names."""
    _WATCH.seen = []
    _WATCH.on = True
    yield _WATCH.seen
    _WATCH.on = False


def test_no_hostile_body_opens_a_file_or_a_socket(opened: list[str]) -> None:
    """No decoder asks the interpreter for anything."""
    for body, _ in HOSTILE.values():
        accepted(body)
    assert opened == []


def reached(path: Path, body: bytes) -> bool:
    """Whether decoding `body` opens the named pipe at `path`, also from C where no hook sees it."""
    os.mkfifo(path)
    released = threading.Event()
    openings: list[bool] = []

    def write() -> None:  # opening for writing waits until somebody opens for reading
        with path.open("wb"):
            openings.append(not released.is_set())

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    refusal(body)
    released.set()
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer.join(5)
    os.close(reading)
    return openings == [True]


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE a SYSTEM "{path}"><a/>',
        '<!DOCTYPE a SYSTEM "file://{path}"><a/>',
        '<!DOCTYPE a PUBLIC "-//x//y" "{path}"><a/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "{path}">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "{path}">]><a b="&x;"/>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "{path}">%x;]><a/>',
        '<?xml-stylesheet href="{path}"?><a><![CDATA[</a>',
        '<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="{path}"/></b>',
        '<a xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:schemaLocation="{path}"></b>',
    ],
)
def test_no_xml_makes_the_parser_open_a_file(tmp_path: Path, body: str) -> None:
    """A file that the body names is never opened, by any part of the process.

    The file is a named pipe: a parser that opens it also stands still until somebody writes.
    """
    pipe = tmp_path / "pipe"
    assert not reached(pipe, body.format(path=pipe).encode())


_PROLOG = st.sampled_from(
    [
        "",
        " ",
        "\r\n",
        "\t",
        "\ufeff",
        "<!---->",
        "<!-- <?p -->",
        "<!-->",
        "<!--->",
        "<!-- -- -->",
        "<?p?>",
        "<?p <!-- ?>",
        "<?xml?>",
        "<?p ?>?>",
        "<?xml-s a='?>'?>",
        "<?p>",
        "-->",
        "]]>",
        "\x0b",
    ]
)
_DECLARATIONS = st.sampled_from(
    [
        "",
        '<?xml version="1.0"?>',
        '<?xml version="1.0" encoding="GBK"?>',
        "<?xml version='1.1' ?>",
        '<?xml version="1.0" encoding="gb18030" standalone="no"?>',
        '<?xml encoding="GBK" a="?>" ?>',
    ]
)


@settings(deadline=None, max_examples=200)
@given(declaration=_DECLARATIONS, prolog=st.lists(_PROLOG, max_size=5).map("".join))
def test_no_prolog_hides_a_document_type(declaration: str, prolog: str) -> None:
    """Whatever stands before it, it is neither accepted nor followed."""
    for subset in (
        f'SYSTEM "{__file__}"',
        '[<!ENTITY x "y">]',
        f'[<!ENTITY % x SYSTEM "{__file__}">%x;]',
    ):
        text = f"{declaration}{prolog}<!DOCTYPE a {subset}><a/>"
        for encoding in ("utf-8", "gb18030"):
            with pytest.raises(Unreadable, match=r"^(?!.*subset)"):
                decoded(text.encode(encoding))


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:{port}/x.dtd"><a/>',
        '<!DOCTYPE a SYSTEM "ftp://127.0.0.1:{port}/x.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:{port}/x">%x;]><a/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:{port}/x">]><a>&x;</a>',
    ],
)
def test_no_xml_makes_the_parser_connect(body: str) -> None:
    """An address that the body names is never called."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        refusal(body.format(port=listener.getsockname()[1]).encode())
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    ("opening", "closing"), [(b"<a>", b"</a>"), (b'<a b="1">', b"</a>"), (b"[", b"]")]
)
def test_64_levels_are_accepted(opening: bytes, closing: bytes) -> None:
    """The bound is exact, and the same for both forms; 65 are in the table of hostile bodies."""
    assert decoded(opening * 64 + closing * 64)


def test_64_objects_are_accepted() -> None:
    """The bound counts containers, not values."""
    assert decoded(b'{"a":' * 64 + b"1" + b"}" * 64)
    assert decoded(b'[{"a":' * 32 + b"1" + b"}]" * 32)


def test_a_mark_outweighs_a_declaration() -> None:
    """UTF-8 that says so by its first bytes is never read as the GBK it declares."""
    body = '\ufeff<?xml version="1.0" encoding="GBK"?><a>中文</a>'.encode()
    assert accepted(body) in (None, {"a": "中文"})


@pytest.mark.parametrize("space", [b"", b"\n", b" \t\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_the_first_byte_decides(space: bytes) -> None:
    """White space and a byte order mark before the body do not count."""
    assert decoded(space + b"<a>1</a>") == {"a": "1"}
    assert decoded(space + b'{"a":"1"}') == {"a": "1"}
    assert decoded(space + b'["a"]') == ["a"]


@pytest.mark.parametrize(
    ("make", "around"),
    [
        (b' encoding="utf-8"', (b"<?xml", b"")),
        (b" encoding", (b"<?xml", b"")),
        (b" ", (b"<?xml", b"")),
        (b" ", (b"<a>=", b"</a>")),
        (b"= ", (b"<a>", b"</a>")),
        (b"<b/>", (b"<a>", b"</a>")),
        (b"<b/>x", (b"<a>", b"</a>")),
        (b"&amp;", (b"<a>", b"</a>")),
        (b"<!---->", (b"", b"<a/>")),
        (b"<!---->", (b"<a>", b"</a>")),
        (b"<?p?>", (b"", b"<a/>")),
        (b"<![CDATA[x]]>", (b"<a>", b"</a>")),
        (b"<b>" * 60 + b"</b>" * 60, (b"<a>", b"</a>")),
        (b"<!DOCTYPE", (b"", b"")),
        (b"<!--<!DOCTYPE a>", (b"", b"")),
        (b"[" * 60 + b"]" * 60 + b",", (b"[", b"1]")),
        (b"{},", (b"[", b"1]")),
        (b'"\\u0041",', (b"[", b"1]")),
        (b"9", (b"[", b"]")),
        (b"1,", (b"[", b"1]")),
    ],
    ids=lambda value: repr(value[:18]) if isinstance(value, bytes) else "",
)
def test_the_cost_of_a_body_grows_with_its_size_and_no_faster(
    make: bytes, around: tuple[bytes, bytes]
) -> None:
    """No body of 1 MB holds the process for seconds: no step is quadratic."""
    small, large = (
        around[0] + make * (size // len(make)) + around[1] for size in (64_000, 1_024_000)
    )
    most = max(0.6, 64 * cost(lambda: accepted(small)))  # 16 times as much; squared it would be 256
    assert cost(lambda: accepted(large), enough=most) < most


def test_many_attributes_are_bounded_by_the_size_of_the_body() -> None:
    """85,000 attributes, or 45,000 namespaces, are read soon."""
    attributes = b" ".join(b'a%d="1"' % at for at in range(85_000))
    namespaces = b" ".join(b'xmlns:a%d="u"' % at for at in range(45_000))
    for names in (attributes, namespaces):
        assert is_soon(partial(decoded, b"<a " + names + b"/>"))


@settings(deadline=None)
@given(st.one_of(st.binary(), st.binary().map(b"<".__add__), st.binary().map(b"{".__add__)))
def test_any_bytes_are_a_document_or_unreadable(body: bytes) -> None:
    """Nothing but `Unreadable` is raised."""
    accepted(body)


_PIECES = st.sampled_from(
    [
        b"<",
        b">",
        b"</",
        b"/>",
        b"a",
        b"=",
        b'"',
        b"'",
        b" ",
        b"&",
        b";",
        b"&amp;",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"<!DOCTYPE ",
        b"<?xml ",
        b"?>",
        b'encoding="gbk"',
        b"\xef\xbb\xbf",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b'"a"',
        b"1",
        b"-",
        b".",
        b"e9",
        b"\\u",
        b"d800",
        b"\x00",
        b"\xe4\xb8\xad",
        b"\xd6\xd0",
        b"\xff\xfe",
        b"null",
        b"true",
        b"NaN",
        b"\r\n",
        b"xmlns:x=",
    ]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(_PIECES, max_size=30).map(b"".join))
def test_any_sequence_of_tokens_is_a_document_or_unreadable(body: bytes) -> None:
    """The same for bodies made of what XML and JSON are made of."""
    accepted(body)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An example with up to four pieces put in, taken out or changed."""
    body = draw(st.sampled_from(CASES)).body
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        end = at + draw(st.sampled_from([0, 0, 1, 1, 2, 20]))
        body = body[:at] + draw(st.one_of(_PIECES, st.binary(max_size=3))) + body[end:]
    return body


@settings(deadline=None, max_examples=200)
@given(damaged())
def test_a_damaged_callback_is_refused_or_read_as_xmltodict_reads_it(body: bytes) -> None:
    """No damage makes the gateway read something else than the reference parser does."""
    document = accepted(body)
    if document is not None and body.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"):
        assert document == xmltodict.parse(body)
