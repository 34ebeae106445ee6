"""A page → what a browser makes of it: its elements, its words, its forms."""

from html.parser import HTMLParser
from typing import Final, NamedTuple

_FREE: Final = {"href", "value", "title", "datetime", "aria-label", "data-stream", "action"}
"""Attributes whose value may come from a callback or a request."""


class Element(NamedTuple):
    """One start of an element."""

    tag: str
    attributes: tuple[tuple[str, str], ...]

    @property
    def attribute(self) -> dict[str, str]:
        """By name."""
        return dict(self.attributes)


class Page(HTMLParser):
    """One whole page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.elements.append(Element(tag, tuple((name, value or "") for name, value in attrs)))

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        if data.strip():
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        """All that is read."""
        return "\n".join(self.words)

    @property
    def skeleton(self) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        """Its elements, without the values that may come from elsewhere."""
        return [
            (tag, tuple((name, "" if name in _FREE else value) for name, value in attributes))
            for tag, attributes in self.elements
        ]

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each such element."""
        return [element.attribute for element in self.elements if element.tag == tag]

    def links(self, start: str) -> list[str]:
        """Where the page leads to, below `start`."""
        return [a["href"] for a in self.all("a") if a.get("href", "").startswith(start)]

    @property
    def form_token(self) -> str:
        """That every form of the page has."""
        found = {i["value"] for i in self.all("input") if i.get("name") == "form_token"}
        (token,) = found
        return token
