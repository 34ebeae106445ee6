"""The reference pages are what the schemas and examples make of them."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from gateway.catalogue import catalogue
from gateway.events import CloudEvent
from gateway.reference import pages, shortened, written
from gateway.schemas import FOLDER

PAGES = dict(pages())
each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)


@each_page
def test_a_committed_page_is_what_would_be_written(path: Path) -> None:
    """After a change of schemas or examples: python -m gateway.reference"""
    assert path.read_text("utf-8") == PAGES[path], "to write it: python -m gateway.reference"


@each_page
def test_a_page_has_every_schema_of_its_provider(path: Path) -> None:
    missing = [
        schema.identifier
        for schema in catalogue()
        if schema.provider == path.parent.name
        and "properties" in schema.document
        and f"`{schema.identifier}`" not in PAGES[path]
    ]
    assert missing == []


@each_page
def test_every_link_of_a_page_leads_somewhere(path: Path) -> None:
    """To a heading of the page, or to a file of the checkout."""
    headings = re.findall(r"^##+ (.+)$", PAGES[path], re.MULTILINE)
    anchors = [re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings]
    links = set(re.findall(r"\]\(([^)\s]+)\)", PAGES[path]))
    assert len(anchors) == len(set(anchors))
    assert {link[1:] for link in links if link.startswith("#")} - set(anchors) == set()
    files = [link for link in links if not link.startswith("#")]
    assert [file for file in files if not (path.parent / file).exists()] == []


def test_the_overview_has_every_attribute_of_an_event() -> None:
    overview = (FOLDER / "README.md").read_text("utf-8")
    attributes = {field.name for field in fields(CloudEvent)} - {"raw"}
    assert {name for name in attributes if f"| `{name}` |" not in overview} == set()


def test_an_example_is_shortened() -> None:
    """Lists to their first element, long text to its beginning, at any depth."""
    event = {"a": [{"b": ["x" * 81]}, 2, 3], "c": [], "d": ["y" * 80]}
    assert shortened(event) == {"a": [{"b": ["x" * 60 + "…"]}, "…"], "c": [], "d": ["y" * 80]}


def test_an_example_is_written_in_few_lines() -> None:
    """What fits into a line is one; the rest is filled."""
    value = {"a": {"b": [1, 2]}, "c": "x" * 60, "d": "y" * 60, "e": [{"f": "z" * 60}, "w" * 60]}
    assert written(value) == "\n".join(
        [
            "{",
            '  "a": {"b": [1, 2]}, "c": "' + "x" * 60 + '",',
            '  "d": "' + "y" * 60 + '",',
            '  "e": [',
            '    {"f": "' + "z" * 60 + '"},',
            '    "' + "w" * 60 + '"',
            "  ]",
            "}",
        ]
    )
