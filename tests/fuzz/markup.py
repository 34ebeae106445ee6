"""Mutations of text: what only the text of XML or JSON can say, and no document.

Attributes, CDATA, comments, entities, namespaces and declarations; keys given twice, words and
numbers that JSON has not, escapes. Some stay well-formed, most do not.
"""

import re
from collections.abc import Callable
from random import Random
from typing import Final

TextChange = Callable[[Random, str], str]
_OPENED = re.compile(r"<[A-Za-z_][^\s<>/]*")
_CLOSED = re.compile(r"</[^>]*>")
_LEAF = re.compile(r">([^<]+)</")
_BOUND = re.compile(r">")
_STRING = re.compile(r'"[^"\\]*"')
_JSON_BOUND = re.compile(r"[{}\[\],:]")
_VALUE = re.compile(r":\s*(\"[^\"\\]*\"|[^\s{}\[\]\",:]+)")


def _behind(pattern: re.Pattern[str], *pieces: str) -> TextChange:
    """One of `pieces` behind a place that `pattern` finds."""

    def change(random: Random, text: str) -> str:
        ends = [match.end() for match in pattern.finditer(text)]
        at = random.choice(ends) if ends else 0
        return text[:at] + random.choice(pieces) + text[at:]

    return change


def _within(pattern: re.Pattern[str], *forms: str) -> TextChange:
    """What `pattern` finds (its first group, if it has one), as one of `forms` says."""

    def change(random: Random, text: str) -> str:
        found = list(pattern.finditer(text))
        if not found:
            return text
        match = random.choice(found)
        start, end = match.span(pattern.groups)
        return text[:start] + random.choice(forms).format(text[start:end]) + text[end:]

    return change


def _before(*pieces: str) -> TextChange:
    return lambda random, text: random.choice(pieces) + text


def _end(*pieces: str) -> TextChange:
    return lambda random, text: text + random.choice(pieces)


def _references(random: Random, text: str) -> str:
    form = random.choice(("&#{};", "&#x{:x};", "&#0{};"))
    return _LEAF.sub(lambda leaf: f">{''.join(form.format(ord(c)) for c in leaf[1])}</", text, 3)


def _escapes(random: Random, text: str) -> str:
    def escaped(match: re.Match[str]) -> str:
        inner = match[0][1:-1].encode("utf-16-be", "surrogatepass").hex()
        return '"' + re.sub("(....)", r"\\u\1", inner) + '"'

    return _STRING.sub(escaped, text, count=random.choice((1, 5, 1000)))


_ENTITIES = '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY f SYSTEM "file:///etc/passwd">]>'

XML_CHANGES: Final[tuple[TextChange, ...]] = (
    _behind(_OPENED, ' a="1"', " b='2' c=\"3\"", ' a="&lt;&#10;"', ' a="<"', " a=1", " a", ' a=""'),
    _behind(_OPENED, ' xmlns="urn:x"', ' xmlns:x="urn:x" x:a="1"', ' xml:space="preserve"', "\n"),
    _behind(_OPENED, ' xmlns:a="u" xmlns:b="u" a:c="1" b:c="2"', ' x:a="1"', ' a="1" a="2"', "é"),
    _within(
        _LEAF, "<![CDATA[{}]]>", "<![CDATA[{}", "<![CDATA[{}]]]]><![CDATA[>]]>", "{}<![CDATA[]]>"
    ),
    _within(
        _LEAF, "<!--{}-->", "{}<!-- c -->", "<!-- -- -->{}", "<?p {}?>", "{}<?xml version='1.0'?>"
    ),
    _within(
        _LEAF, "{}&amp;", "&lt;{}&gt;", "{}&x;", "&f;{}", "{}&", "&#0;{}", "&#xD800;", "&#65;{}"
    ),
    _within(
        _LEAF, "{}<b/>", "<b>{}</b>", "{}]]>", "\ufffe{}", "{}\x01", "{}\x85", "\ufeff{}", " {} "
    ),
    _within(_OPENED, "{}x", "<x:{}", "< {}", "{}\x00", "<", "<!{}", "<?{}", "</{}", "{}/", "{}><"),
    _within(_CLOSED, "", "{0}{0}", "</>", "</x>", "/>", "{} ", "</x:a>", "<{}>", "{}x", "{}\u2028"),
    _behind(
        _BOUND, "<b/>", "\r\n", "\t", "<!-- <a> -->", "<?p?>", "<![CDATA[ ]]>", "\xa0", "\x0b", "x"
    ),
    _behind(
        _BOUND, "<b>" * 10, "<b>" * 70 + "</b>" * 70, "<i:include href='/etc/passwd'/>", "<b>1</b>"
    ),
    _before(_ENTITIES, "<!DOCTYPE a>", '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/">', "<!doctype a>"),
    _before(" ", "\n\n", "<!-- c -->", "<?p q?>", "\ufeff", "x", "<a/>", "<?xml?>", "\x00", "</a>"),
    _before(
        '<?xml version="1.1"?>', '<?xml version="1.0" standalone="yes"?>', "<?xml version='2.0'?>"
    ),
    _before('<?xml version="1.0" encoding="GBK"?>', '<?xml version="1.0" encoding="UTF-16"?>'),
    _end(
        "<a/>", "x", "\n", "<!-- c -->", "<!DOCTYPE a>", "</Response>", "\x00", "]]>", "&amp;", " "
    ),
    _references,
    lambda _random, text: text.replace("><", ">\r\n  <"),
    lambda _random, text: text.replace("\n", "\r"),
)
JSON_CHANGES: Final[tuple[TextChange, ...]] = (
    _behind(
        re.compile("{"), '"JobId":"x",', '"":1,', '"a":{},"a":{},', '"\\u004aobId":"x",', "'a':1,"
    ),
    _behind(
        re.compile("{"), '"State":"Success","State":"Failed",', '"__proto__":{},', "a:1,", "1:2,"
    ),
    _within(
        _VALUE, "NaN", "Infinity", "-Infinity", "1e999", "01", "+1", ".5", "1.", "0x1", "1_0", "-"
    ),
    _within(
        _VALUE, "True", "None", "nul", "undefined", "'{}'", "[{}", "{{{}", "{},", "{0}{0}", "", " "
    ),
    _within(
        _VALUE, "[{}]", '{{"#text":{}}}', '{{"a":{}}}', "null", "true", "[]", "{{}}", "-0", "1E5"
    ),
    _within(
        _VALUE, '"\\ud800"', '"\\udc00\\ud800"', '"\\x41"', '"\n"', '"\\u12"', '"\x00"', '"\\u0000"'
    ),
    _within(_VALUE, "9" * 5000, "9" * 4300, "1e400", "-9223372036854775809", "0." + "1" * 900),
    _behind(
        _JSON_BOUND, " ", "\n", "\t\r\n", "\x0b", "\xa0", "\u2028", "\ufeff", "/**/", "//\n", ","
    ),
    _behind(
        _JSON_BOUND, "}", "]", "{", "[", '"', ":", "\\", "\x00", "\x1f", "[" * 70, "{" * 3, "é"
    ),
    _before(
        " \n", "\ufeff", "\ufeff\ufeff", "[", "{}", ")]}',\n", "/* */", "\x00", "\xa0", "data="
    ),
    _end("x", "{}", "\n", "]", "}", ",", "\x00", "// c", "\ufeff", ";", " null"),
    _escapes,
    lambda _random, text: text.replace('"', "'"),
    lambda _random, text: text.replace(",", ",\n"),
)
CHANGES: Final = {"xml": XML_CHANGES, "json": JSON_CHANGES}


def marked(random: Random, form: str, text: str) -> str:
    """`text` of the form, with one to three changes."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        text = random.choice(CHANGES[form])(random, text)
    return text
