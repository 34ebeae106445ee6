"""What the desk tells → HTML.

Whatever a template prints is escaped, and before that every character that is not seen, or that
turns the direction of its neighbours, is replaced by its name: neither is left to a template.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final, NamedTuple
from urllib.parse import urlencode

import orjson
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from gateway.core.model import Value

LONGEST: Final = 64 * 1024
"""Characters of one text on a page."""
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    r"\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_AGES: Final = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_SIZES: Final = ((1 << 20, "MiB"), (1 << 10, "KiB"), (1, "bytes"))
_TEMPLATES: Final = files(__package__) / "templates"


class Text(NamedTuple):
    """A long text, cut where it is too long to be shown."""

    text: str
    is_cut: bool


def seen(value: Value) -> Value:
    """A text with nothing in it that is not seen."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", value)


def as_text(raw: bytes) -> Text:
    """Bytes as they were received; what is not UTF-8 as escapes."""
    text = raw[: LONGEST + 4].decode(errors="backslashreplace").replace("\r\n", "\n")
    return Text(text[:LONGEST], len(raw) > LONGEST)


def as_json(value: Value) -> Text:
    """Indented."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    return Text(text[:LONGEST], len(text) > LONGEST)


def ago(moment: str, now: datetime) -> str:
    """How long before now: `3 min`."""
    return duration(max(0.0, (now - datetime.fromisoformat(moment)).total_seconds()))


def duration(seconds: float) -> str:
    """In its largest unit."""
    unit, name = next((each for each in _AGES if seconds >= each[0]), _AGES[-1])
    return f"{seconds // unit:.0f} {name}"


def clock(moment: str) -> str:
    """A time of the journal, to be read: UTC, to the second."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def size(count: int) -> str:
    """Of bytes."""
    unit, name = next((each for each in _SIZES if count >= each[0]), _SIZES[-1])
    return f"{count / unit:.1f} {name}" if unit > 1 else f"{count} {name}"


def query(given: Mapping[str, Value]) -> str:
    """`?a=b`, of what is not empty."""
    told = {name: value for name, value in given.items() if value}
    return f"?{urlencode(told, doseq=True)}" if told else ""


def environment() -> Environment:
    """With every template of the package."""
    made = Environment(
        loader=FunctionLoader(lambda name: (_TEMPLATES / name).read_text(encoding="utf-8")),
        autoescape=True,
        finalize=seen,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Value]] = {
        "ago": ago, "clock": clock, "size": size, "query": query, "as_json": as_json,
        "duration": duration,
    }  # fmt: skip
    made.filters.update(filters)
    return made
