"""Documents → text of XML or JSON, as careless or careful as senders write it.

Nothing is refused: a document that a form cannot say becomes a text that is not of that form.
"""

import json
import re
from collections.abc import Callable
from random import Random
from typing import Final

from gateway.core.model import Value

Writer = Callable[[Random, Value], str]
_BARE = re.compile('"§([^§"]*)§"')


def json_text(random: Random, document: Value) -> str:
    """Compact or indented, escaped or not; bare values bare."""
    text = json.dumps(
        document,
        ensure_ascii=random.random() < 0.5,
        indent=random.choice((None, None, 0, 2, "\t")),
        separators=random.choice((None, (",", ":"), (" ,\r\n", " : "))),
    )
    return _BARE.sub(r"\1", text.replace("\\u00a7", "§"))


def xml_text(random: Random, document: Value) -> str:
    """One root, on one line or many, with or without a declaration."""
    if not isinstance(document, dict) or len(document) != 1:
        document = {"Response": document}
    between = random.choice(("", "", "\n", "\r\n  "))
    head = random.choice(("", '<?xml version="1.0" encoding="UTF-8"?>', "<?xml version='1.0'?>\n"))
    ((name, value),) = document.items()
    return head + elements(name, value, between).replace("§", "")


def elements(name: str, value: Value, between: str = "") -> str:
    """The element `name`, or several for a list; `between` its children. Bare marks stay."""
    if isinstance(value, list):
        return between.join(elements(name, one, between) for one in value)
    if not isinstance(value, dict):
        text = "" if value is None else _escaped(value)
        return f"<{name}>{text}</{name}>" if text else f"<{name}/>"
    attributes = "".join(
        f' {key[1:]}="{_escaped(one)}"' for key, one in value.items() if key[:1] == "@"
    )
    children = [
        _escaped(one) if key == "#text" else elements(key, one, between)
        for key, one in value.items()
        if key[:1] != "@"
    ]
    return f"<{name}{attributes}>{between.join(['', *children, ''])}</{name}>"


def _escaped(value: Value) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


WRITERS: Final[dict[str, Writer]] = {"json": json_text, "xml": xml_text}
