"""Leaves and names that nobody expects: numbers, texts, times, and Unicode at its edges.

A text between two section signs (`§1e999§`) is written bare: as a JSON number or word, in XML as it
is.
"""

from random import Random
from typing import Final

from gateway.core.model import Value

NUMBERS: Final = [
    f"§{token}§"
    for token in (
        *("0", "-0", "-0.0", "1e5", "1E+05", "1e999", "-1e999", "1e-999", "1.50", "0.1e1"),
        *("1" * 18, "1" * 19, "9223372036854775807", "9223372036854775808", "-9223372036854775809"),
        *("18446744073709551616", "9" * 40, "9" * 309, "9" * 4300, "9" * 4301, "0." + "3" * 400),
        *("1.7976931348623157e308", "5e-324", "253402300799999", "253402300800000", "1e18"),
    )
]
TEXTS: Final = [
    *("", " ", "\t\n", "-", "0", "-1", "+7", "1.000", "50/1", "1/0", "0/0", "007", "1_000", "١٢"),
    *("nan", "NaN", "inf", "-Infinity", "1e999", "0x10", "1,5", "true", "FALSE", "null", "None"),
    *("2022-06-30T15:29:42+0800", "2022-06-30T24:00:00Z", "2022-06-30T23:59:60Z"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59Z"),
    *("0000-01-01T00:00:00Z", "2022-02-30T00:00:00Z", "2022-06-30 15:29:42", "-", "1656574182"),
    *("2022-06-30T15:29:42+99:99", "2022-06-30T15:29:42.123456789Z", "２０２２-06-30T15:29:42Z"),
    *("${Number}.jpg", "/", "//x", "../../etc/passwd", "a" * 257, "x" * 5_000, "😀" * 300),
    *("Success", "Failed", "success", "TaskFinish", "WorkflowFinish", "ReviewVideo", "evil-1"),
    *("test-123456789", " test-123456789 ", "TEST-123456789", "test-123456789.evil.example"),
    *("\ud800", "\udc00x", "\x00", "\x01", "\x1b[31m", "\x7f", "\x85", "\xa0", "\xad", "\u2028"),
    *("\u202e txt", "\ufeff", "\ufffe", "\uffff", "\ufdd0", "\U0010ffff", "e\u0301", "\u0345"),
    *("İ", "ß", "ﬁ", "\u1e9e", "K", "𝟙", "中文", "\r\n.\r\n", "a\r\nSet-Cookie: b", "%00", "%ff"),
    *("<b>", "&amp;", "]]>", "<!--", '"', "\\", "';--", "{{7*7}}", "${jndi:ldap://127.0.0.1/a}"),
    *("https://test-123456789.cos.ap-chongqing.myqcloud.com/%ff%00", "http://[::1]:0/", "data:,"),
]
NAMES: Final = [
    *("", " ", "#text", "@a", "@xmlns", "$", "a.b", "a[0]", 'a"b', "a\\b", "__proto__", "0", "-"),
    *(
        "x:y",
        "xmlns",
        "xml",
        "é",
        "中文",
        "İ",
        "\ud800",
        "\x00",
        "\u202e",
        "\uffff",
        "a b",
        "a" * 300,
    ),
    *("x" * 3_000, "JobId ", "jobid", "JOBID", "Jobsdetail", "ＪobId", "extra", "id", "None"),
]


def odd_leaf(random: Random) -> Value:
    """A number, a text, a truth, nothing, or an empty container."""
    match random.randrange(6):
        case 0 | 1:
            return random.choice(NUMBERS)
        case 2 | 3:
            return random.choice(TEXTS)
        case 4:
            return chr(random.randrange(0x110000)) * random.choice((1, 1, 2, 100))
        case _:
            return random.choice((None, True, False, 0, 1, {}, [], [[]], [None], {"": ""}))
