"""Bodies that a strict decoder refuses, by name, each with the reason.

`HARMLESS` are those that only look like it, and are read. Also what `tests/bench/decode.py` shows
of other parsers.
"""

from typing import Final

from gateway.core.errors import Reason

Hostile = dict[str, tuple[bytes, Reason]]

_DTD = Reason.DOCTYPE
_LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10 if level else b"lol")
    for level in range(10)
)
_CHAIN = b"".join(b'<!ENTITY e%d "&e%d;">' % (at, at + 1) for at in range(28_000))
_PASSWD = b"file:///etc/passwd"
_BLOWN_UP = b'<!DOCTYPE a [<!ENTITY x "' + b"x" * 300_000 + b'">]><a>' + b"&x;" * 100_000 + b"</a>"
_ATTRIBUTES = b"".join(b'<!ATTLIST a b%d CDATA "1">' % at for at in range(30_000))
_MODEL = b"<!ELEMENT a (" + b"|".join(b"b%d" % at for at in range(100_000)) + b")*>"

DOCTYPES: Final[dict[str, bytes]] = {
    "bare doctype": b"<!DOCTYPE a><a/>",
    "empty internal subset": b"<!DOCTYPE a []><a/>",
    "doctype after a comment": b"<!-- c --><!DOCTYPE a><a/>",
    "doctype after the declaration": b'<?xml version="1.0"?>\n<!DOCTYPE a><a/>',
    "doctype in GBK": b'<?xml version="1.0" encoding="GBK"?><!DOCTYPE a><a/>',
    "general entity": b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    "unused entity": b'<!DOCTYPE a [<!ENTITY x "y">]><a/>',
    "entity in an attribute": b'<!DOCTYPE a [<!ENTITY x "y">]><a b="&x;"/>',
    "redefined amp": b'<!DOCTYPE a [<!ENTITY amp "&#38;#38;">]><a>&amp;</a>',
    "billion laughs": b"<!DOCTYPE a [" + _LAUGHS + b"]><a>&l9;</a>",
    "quadratic blow-up": _BLOWN_UP,
    "entity chain of 700 KB": b"<!DOCTYPE a [" + _CHAIN + b'<!ENTITY e28000 "">]><a>&e0;</a>',
    "external subset": b'<!DOCTYPE a SYSTEM "' + _PASSWD + b'"><a/>',
    "external subset by path": b'<!DOCTYPE a SYSTEM "/etc/passwd"><a/>',
    "public external subset": b'<!DOCTYPE a PUBLIC "-//x//y" "' + _PASSWD + b'"><a/>',
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "' + _PASSWD + b'">]><a>&x;</a>',
    "external entity over http": b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]><a>&x;</a>',
    "external entity over ftp": b'<!DOCTYPE a [<!ENTITY x SYSTEM "ftp://127.0.0.1:9/">]><a>&x;</a>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % x SYSTEM "' + _PASSWD + b'">%x;]><a/>',
    "external subset over http": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "external subset over ftp": b'<!DOCTYPE a SYSTEM "ftp://127.0.0.1:9/x.dtd"><a/>',
    "default attribute": b'<!DOCTYPE a [<!ATTLIST a evil CDATA "1">]><a/>',
    "30,000 default attributes": b"<!DOCTYPE a [" + _ATTRIBUTES + b"]><a/>",
    "content model": b"<!DOCTYPE a [<!ELEMENT a (b|c)*>]><a/>",
    "content model of 1 MB": b"<!DOCTYPE a [" + _MODEL + b"]><a/>",
    "notation": b'<!DOCTYPE a [<!NOTATION n SYSTEM "n">]><a/>',
}

MALFORMED_XML: Final[dict[str, bytes]] = {
    "unclosed": b"<a>",
    "half a tag": b"<a",
    "only an end": b"</a>",
    "only a bracket": b"<",
    "wrong end": b"<a></b>",
    "crossed": b"<a><b></a></b>",
    "trailing text": b"<a/>x",
    "trailing reference": b"<a/>&amp;",
    "two roots": b"<a/><b/>",
    "no root": b"<!-- c -->",
    "only a declaration": b'<?xml version="1.0"?>',
    "only a GBK declaration": b'<?xml version="1.0" encoding="GBK"?>',
    "space before the declaration": b' <?xml version="1.0"?><a/>',
    "declaration without version": b"<?xml?><a/>",
    "declaration without version in GBK": b'<?xml encoding="GBK"?><a/>',
    "junk in the declaration": b'<?xml version="1.0" encoding="UTF-8" junk?><a/>',
    "junk in a GBK declaration": b'<?xml version="1.0" encoding="GBK" junk?><a/>',
    "declaration in the middle": b'<a><?xml version="1.0"?></a>',
    "upper case declaration": b'<?XML version="1.0"?><a/>',
    "doctype in lower case": b"<!doctype a><a/>",
    "doctype inside": b"<a><!DOCTYPE b></a>",
    "doctype at the end": b"<a/><!DOCTYPE a>",
    "doctype behind a GB18030 mark": (
        '<?xml version="1.0" encoding="GBK"?>\ufeff<!DOCTYPE a SYSTEM "/etc/passwd"><a/>'
    ).encode("gb18030"),
    "entity behind a GB18030 mark": (
        '<?xml version="1.0" encoding="GB18030"?>\ufeff<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
    ).encode("gb18030"),
    "undefined entity": b"<a>&nbsp;</a>",
    "bare ampersand": b"<a>b & c</a>",
    "reference to NUL": b"<a>&#0;</a>",
    "reference to a control": b"<a>&#1;</a>",
    "reference to a surrogate": b"<a>&#xD800;</a>",
    "reference out of Unicode": b"<a>&#x110000;</a>",
    "control character": b"<a>\x01</a>",
    "U+FFFE": b"<a>\xef\xbf\xbe</a>",
    "end of CDATA in text": b"<a>]]></a>",
    "open CDATA": b"<a><![CDATA[x]]</a>",
    "two hyphens in a comment": b"<a><!-- -- --></a>",
    "duplicate attribute": b'<a b="1" b="2"/>',
    "duplicate attribute by namespace": b'<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>',
    "attribute without value": b"<a b/>",
    "attribute without quotes": b"<a b=1/>",
    "less-than in an attribute": b'<a b="<"/>',
    "digit first in a name": b"<1a/>",
    "undeclared prefix": b"<x:a/>",
    "end tag without bracket": b"<CreateTime2022-08-09T16:23:11+0800></CreateTime>",
    "opened twice, as the manual prints": b"<a><CallBackFormat>JSON<CallBackFormat></a>",
}

_TEXT = '<?xml version="1.0"{}?><a>中文<!-- <!DOCTYPE a> --></a>'


def _declared(name: str) -> str:
    return _TEXT.format(f' encoding="{name}"')


XML_ENCODINGS: Final[dict[str, bytes]] = {
    "latin-1 bytes": b"<a>\xe9</a>",
    "GBK bytes undeclared": "<a>中文</a>".encode("gbk"),
    "GBK bytes declared UTF-8": _declared("UTF-8").encode("gbk"),
    "UTF-8 bytes declared latin-1": _declared("ISO-8859-1").encode(),
    "UTF-8 bytes declared Shift_JIS": _declared("Shift_JIS").encode(),
    "UTF-8 bytes declared Big5": _declared("Big5").encode(),
    "UTF-8 bytes declared UTF-16": _declared("UTF-16").encode(),
    "UTF-8 bytes declared UTF-7": _declared("UTF-7").encode(),
    "UTF-8 bytes declared EBCDIC": _declared("cp037").encode(),
    "UTF-8 bytes declared nonsense": _declared("x-nonsense").encode(),
    "UTF-8 bytes declared windows-1252": _declared("windows-1252").encode(),
    "truncated GBK": _declared("GBK").encode("gbk").replace("文".encode("gbk"), b"\x81"),
    "UTF-7 body": b'<?xml version="1.0" encoding="UTF-7"?>+ADw-a/+AD4-',
    "UTF-16 little": _TEXT.format("").encode("utf-16-le"),
    "UTF-16 little declared": _declared("UTF-16").encode("utf-16-le"),
    "UTF-16 with a doctype": "<!DOCTYPE a><a/>".encode("utf-16-le"),
    "UTF-32 little": _TEXT.format("").encode("utf-32-le"),
    "NUL in the text": b"<a>\0</a>",
    "NUL at the end": b"<a/>\0",
    "overlong": b"<a>\xc0\xbc</a>",
    "surrogate in UTF-8": b"<a>\xed\xa0\x80</a>",
    "above Unicode": b"<a>\xf4\x90\x80\x80</a>",
    "truncated sequence": b"<a>\xe4\xb8</a>",
}

NEITHER: Final[dict[str, bytes]] = {
    "text": b"hello",
    "form": b"a=1&b=2",
    "JSON string": b'"a"',
    "JSON number": b"1",
    "JSON null": b"null",
    "two marks": b'\xef\xbb\xbf\xef\xbb\xbf{"a":1}',
    "GB18030 mark": "\ufeff<a/>".encode("gb18030"),
    "vertical tab": b"\x0b<a/>",
    "no-break space": "\xa0<a/>".encode(),
    "gzip": b"\x1f\x8b\x08\x00",
    "UTF-7": b"+ADw-a/+AD4-",
    "doctype in UTF-7": b"+ADwAIQ-DOCTYPE a+AD4APA-a/+AD4-",
}

WIDE: Final[dict[str, bytes]] = {
    "UTF-16 with a mark": _TEXT.format("").encode("utf-16"),
    "UTF-16 big": _TEXT.format("").encode("utf-16-be"),
    "UTF-32 with a mark": '{"a":1}'.encode("utf-32"),
    "UTF-32 big": '{"a":1}'.encode("utf-32-be"),
    "UTF-32 big with a mark": '\ufeff{"a":1}'.encode("utf-32-be"),
    "UTF-16 JSON with a mark": '{"a":1}'.encode("utf-16"),
    "UTF-16 big JSON with a mark": '\ufeff{"a":1}'.encode("utf-16-be"),
    "UTF-16 big JSON": '{"a":1}'.encode("utf-16-be"),
    "half a UTF-16 character": b"\xff\xfe<\0a\0/\0>\0\x00\xd8",
}

EMPTY: Final[dict[str, bytes]] = {
    "nothing": b"",
    "blanks": b" \t\r\n",
    "only a mark": b"\xef\xbb\xbf",
    "a mark and blanks": b"\xef\xbb\xbf \n",
}

MALFORMED_JSON: Final[dict[str, bytes]] = {
    "open object": b"{",
    "open array": b"[",
    "open string": b'{"a":"b',
    "no value": b'{"a":}',
    "no colon": b'{"a" 1}',
    "no comma": b'{"a":1 "b":2}',
    "trailing comma in an object": b'{"a":1,}',
    "trailing comma in an array": b"[1,]",
    "only a comma": b"{,}",
    "trailing junk": b'{"a":1}x',
    "two documents": b'{"a":1}{"b":2}',
    "NUL behind": b'{"a":1}\0',
    "mark inside": b'{"a":\xef\xbb\xbf1}',
    "comment": b'{"a":1/**/}',
    "single quotes": b"{'a':1}",
    "bare key": b"{a:1}",
    "number as key": b'{1:"a"}',
    "Python truth": b'{"a":True}',
    "half a word": b'{"a":nul}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "-Infinity": b'{"a":-Infinity}',
    "leading zero": b'{"a":01}',
    "negative leading zero": b'{"a":-01}',
    "no digit before the point": b'{"a":.5}',
    "no digit after the point": b'{"a":1.}',
    "plus sign": b'{"a":+1}',
    "lone minus": b'{"a":-}',
    "empty exponent": b'{"a":1e}',
    "two points": b'{"a":1.5.5}',
    "hexadecimal": b'{"a":0x10}',
    "underscore": b'{"a":1_0}',
    "Unicode digits": '{"a":١٢}'.encode(),
    "5000 digits": b'{"a":' + b"9" * 5000 + b"}",
    "raw newline in a text": b'{"a":"\n"}',
    "raw NUL in a text": b'{"a":"\0"}',
    "raw unit separator in a key": b'{"\x1f":1}',
    "unknown escape": b'{"a":"\\x41"}',
    "short escape": b'{"a":"\\u12"}',
    "vertical tab between": b'{\x0b"a":1}',
    "no-break space between": '{\xa0"a":1}'.encode(),
    "duplicate key": b'{"a":1,"a":2}',
    "duplicate key, same value": b'{"a":1,"a":1}',
    "duplicate key apart": b'{"a":1,"b":2,"a":null}',
    "duplicate key below": b'{"b":{"a":1,"a":2}}',
    "duplicate key in a list": b'[[{"a":1,"a":2}]]',
    "duplicate key by escape": b'{"a":1,"\\u0061":2}',
    "duplicate empty key": b'{"":1,"":2}',
    "duplicate key 60 deep": b'{"b":' * 60 + b'{"a":1,"a":2}' + b"}" * 60,
    "lone high surrogate": b'{"a":"\\ud800"}',
    "lone low surrogate": b'{"a":"\\udc00"}',
    "swapped surrogates": b'{"a":"\\udc00\\ud800"}',
    "high surrogate and text": b'{"a":"\\ud83dx"}',
    "high surrogate and letter": b'{"a":"\\ud83d\\u0041"}',
    "lone surrogate in a key": b'{"\\ud800":1}',
    "UTF-16 little": '{"a":1}'.encode("utf-16-le"),
    "UTF-32 little": '{"a":1}'.encode("utf-32-le"),
}

JSON_ENCODINGS: Final[dict[str, bytes]] = {
    "latin-1": b'{"a":"\xe9"}',
    "GBK": '{"a":"中文"}'.encode("gbk"),
    "overlong": b'{"a":"\xc0\x80"}',
    "surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
    "surrogate pair in UTF-8": b'{"a":"\xed\xa0\xbd\xed\xb8\x80"}',
    "bad byte in a key": b'{"\xff":1}',
    "above Unicode": b'{"a":"\xf4\x90\x80\x80"}',
    "truncated sequence": b'{"a":"\xe4\xb8"}',
}


_TYPE = '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>'
DOCTYPES_IN: Final[dict[str, tuple[bytes, Reason]]] = {
    codec: (prolog + _TYPE.encode(codec), reason)
    for codec, prolog, reason in (
        ("utf-8", b"", Reason.DOCTYPE),
        ("utf-8-sig", b"", Reason.DOCTYPE),
        ("ascii", b'<?xml version="1.0" encoding="US-ASCII"?>', Reason.ENCODING),
        ("gbk", b'<?xml version="1.0" encoding="GBK"?>', Reason.DOCTYPE),
        ("gb18030", b'<?xml version="1.0" encoding="GB18030"?>', Reason.DOCTYPE),
        ("latin-1", b'<?xml version="1.0" encoding="ISO-8859-1"?>', Reason.ENCODING),
        ("utf-7", b'<?xml version="1.0" encoding="UTF-7"?>', Reason.ENCODING),
        ("utf-16", b"", Reason.ENCODING),
        ("utf-16-le", b"", Reason.ENCODING),
        ("utf-16-be", b"", Reason.ENCODING),
        ("utf-32", b"", Reason.ENCODING),
        ("utf-32-le", b"", Reason.ENCODING),
        ("utf-32-be", b"", Reason.ENCODING),
        ("cp037", b"", Reason.NOT_XML_OR_JSON),
    )
}
"""A document type in each encoding that a parser might guess."""


def _deep(opening: bytes, inner: bytes, closing: bytes, depth: int) -> bytes:
    return opening * depth + inner + closing * depth


DEEP: Final[dict[str, bytes]] = {
    f"{name} {depth} deep": _deep(*parts, depth)
    for depth in (65, 100, 199, 256, 257, 1_000, 100_000)
    for name, parts in {
        "elements": (b"<a>", b"", b"</a>"),
        "elements with text": (b"<a>", b"x", b"</a>"),
        "elements with attributes": (b'<a b="1">', b"", b"</a>"),
        "arrays": (b"[", b"", b"]"),
        "objects": (b'{"a":', b"1", b"}"),
    }.items()
} | {
    "elements 65 deep beside others": b"<a><b/>" + _deep(b"<a>", b"", b"</a>", 64) + b"<b/></a>",
    "arrays and objects": _deep(b'[{"a":', b"[]", b"}]", 32),
    "elements 142,000 deep": _deep(b"<a>", b"", b"</a>", 142_000),
    "arrays 500,000 deep": _deep(b"[", b"", b"]", 500_000),
    "990 objects": _deep(b'{"a":', b"1", b"}", 990),
    "unclosed elements": b"<a>" * 100_000,
    "unclosed arrays": b"[" * 1_000_000,
    "unclosed objects": b'{"a":' * 200_000,
}

HARMLESS: Final[dict[str, bytes]] = {
    "85,000 attributes": b"<a " + b" ".join(b'a%d="1"' % at for at in range(85_000)) + b"/>",
    "45,000 namespaces": b"<a " + b" ".join(b'xmlns:a%d="u"' % at for at in range(45_000)) + b"/>",
    "1 MB of text": b"<a>" + b"x" * 1_000_000 + b"</a>",
    "1 MB of an attribute": b'<a b="' + b"x" * 1_000_000 + b'"/>',
    "1 MB of CDATA": b"<a><![CDATA[" + b"<" * 1_000_000 + b"]]></a>",
    "1 MB of a comment": b"<a><!--" + b"<!DOCTYPE a>" * 80_000 + b"--></a>",
    "100,000 references": b"<a>" + b"&#65;" * 100_000 + b"</a>",
    "100,000 elements": b"<a>" + b"<b/>" * 100_000 + b"</a>",
    "64 elements deep": _deep(b"<a>", b"1", b"</a>", 64),
    "white space, CDATA and a comment in a text": b"<a> 1<![CDATA[ & ]]><!-- c -->2\r\n</a>",
    "a document type in CDATA": b'<a><![CDATA[<!DOCTYPE a [<!ENTITY x "y">]>]]></a>',
    "a document type in a comment": b'<!-- <!DOCTYPE a SYSTEM "/etc/passwd"> --><a>1</a>',
    "an inclusion": b'<a xmlns:i="'
    b'http://www.w3.org/2001/XInclude"><i:include href="/etc/passwd"/></a>',
    "a style sheet": b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><a>1</a>',
    "a schema location": b'<a xmlns:s="'
    b'http://www.w3.org/2001/XMLSchema-instance" s:schemaLocation="http://127.0.0.1:9/x"/>',
    "repeated elements": b"<a><b>1</b><c/><b>2</b></a>",
    "64 arrays deep": _deep(b"[", b"1", b"]", 64),
    "64 objects deep": _deep(b'{"a":', b"1", b"}", 64),
    "19 digits": b'{"a":9223372036854775808}',
    "20 digits": b'{"a":18446744073709551616}',
    "309 digits": b'{"a":' + b"9" * 309 + b"}",
    "4300 digits": b'{"a":' + b"9" * 4300 + b"}",
    "a number beyond floating point": b'{"a":1e999,"b":-1e999,"c":1e-999}',
    "an escaped NUL": b'{"a":"\\u0000","\\u0000":1}',
    "a surrogate pair": b'{"a":"\\ud83d\\ude00"}',
    "a noncharacter": b'{"a":"\\uffff"}',
    "one key at every level": b'{"a":{"a":[{"a":1},{"a":2}]}}',
    "a JSON mark": b'\xef\xbb\xbf{"a":1}',
}
"""What costs or means nothing that it should not."""


def _all(bodies: dict[str, bytes], reason: Reason, kind: str) -> Hostile:
    return {f"{kind}: {name}": (body, reason) for name, body in bodies.items()}


HOSTILE: Final[Hostile] = (
    _all(DOCTYPES, Reason.DOCTYPE, "XML")
    | _all(MALFORMED_XML, Reason.MALFORMED_XML, "XML")
    | _all(XML_ENCODINGS, Reason.ENCODING, "XML")
    | {f"doctype in {codec}": row for codec, row in DOCTYPES_IN.items()}
    | _all(NEITHER, Reason.NOT_XML_OR_JSON, "body")
    | _all(WIDE, Reason.ENCODING, "body")
    | _all(EMPTY, Reason.EMPTY, "body")
    | _all(MALFORMED_JSON, Reason.MALFORMED_JSON, "JSON")
    | _all(JSON_ENCODINGS, Reason.ENCODING, "JSON")
    | _all(DEEP, Reason.TOO_DEEP, "deep")
)
