"""`redact` in the file → what a source empties."""

from pathlib import Path

import jsonschema_rs
import pytest

from gateway.core.model import Document
from gateway.providers import providers
from gateway.settings import SettingsError, Surroundings, config_schema, parse
from gateway.sources import build_sources

WORLD = Surroundings({"CI_TOKEN": "0123456789abcdef"}, Path(), providers())
PERSONAL = sorted(providers()["tencent-ci"].personal)
FILE = """\
sources:
  media:
    provider: tencent-ci
    verify: [{token: {secrets: ["env:CI_TOKEN"]}}]
"""
DOCUMENT: Document = {
    "UserInfo": {"IP": "1"},
    "ListResults": {"Entity": "1", "ListName": "1"},
    "Section": {"Text": "1"},
    "Text": "1",
    "x-cos-meta-id": "1",
}


def emptied(value: str) -> list[str] | None:
    """The names that a source with `redact: value` finds in `DOCUMENT`."""
    settings = parse(f"{FILE}    redact: {value}\n", "gateway.yaml", WORLD)
    redact = build_sources(settings)["media"].redact
    return None if redact is None else list(redact(DOCUMENT)[1])


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("personal", PERSONAL),
        ("[personal]", PERSONAL),
        ("[personal, Text]", sorted([*PERSONAL, "Text"])),
        ("Section.Text", ["Section.Text"]),
        ("[Response.Section.Text, x-cos-meta-id]", ["Response.Section.Text", "x-cos-meta-id"]),
        ("[]", None),
    ],
)
def test_names_and_paths_and_personal_may_be_mixed(value: str, names: list[str] | None) -> None:
    """`personal` is the provider's own table; nothing costs nothing."""
    assert emptied(value) == names


def test_without_it_everything_is_kept() -> None:
    """A source has nothing to do then."""
    assert build_sources(parse(FILE, "gateway.yaml", WORLD))["media"].redact is None


WRONG = ["''", ".", "UserInfo.", "a..b", "'a b'", "'JobsDetail[0].IP'", "'a,b'", '"\\n"', "$.IP"]


@pytest.mark.parametrize("name", WRONG)
def test_what_can_be_no_element_is_a_mistake_with_its_place(name: str) -> None:
    """Said by the gateway, and seen by an editor."""
    with pytest.raises(SettingsError) as refusal:
        emptied(f"[personal, {name}]")
    said = (
        "must be personal, an element such as UserInfo, or a path such as UserInfo.IP, "
        "without positions in lists"
    )
    assert str(refusal.value) == f"gateway.yaml:5:24: sources.media.redact[1]: {said}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1", "gateway.yaml:5:13: sources.media.redact: must be a list"),
        ("[1]", "gateway.yaml:5:14: sources.media.redact[0]: must be text: put it in quotes"),
        ("{a: b}", "gateway.yaml:5:13: sources.media.redact: must be a list"),
    ],
)
def test_what_is_no_name_is_a_mistake(value: str, said: str) -> None:
    """As everywhere in the file."""
    with pytest.raises(SettingsError) as refusal:
        emptied(value)
    assert str(refusal.value) == said


@pytest.mark.parametrize(
    ("value", "fits"),
    [("personal", True), (["personal", "a.b"], True), ("a b", False), (["a["], False), (1, False)],
)
def test_an_editor_sees_the_same(value: object, fits: bool) -> None:  # noqa: FBT001
    """By the JSON Schema."""
    source = {"provider": "tencent-ci", "verify": [{"token": {"secrets": ["env:A"]}}]}
    document = {"sources": {"media": source | {"redact": value}}}
    assert jsonschema_rs.is_valid(config_schema(), document) == fits
